import { randomUUID } from 'node:crypto'
import { open, rename, rm } from 'node:fs/promises'
import { dtypeBytes, encodeTensor, type TensorDtype, type TensorValues } from './dtype.js'

export interface TensorToWrite {
  readonly name: string
  readonly dtype: TensorDtype
  readonly shape: readonly number[]
  /** Row-major. For F16 and BF16 either the bits (`Uint16Array`) or float32 values, which are rounded. */
  readonly data: TensorValues | Uint16Array
}

/**
 * Writes a safetensors file: all of it or, on failure, nothing. Throws a `TypeError` where name, dtype, shape and data
 * do not fit each other.
 */
export async function writeSafetensors(
  path: string,
  tensors: Iterable<TensorToWrite>,
  metadata: Readonly<Record<string, string>> = {},
): Promise<void> {
  const encoded = [...tensors].map((tensor) => ({ ...tensor, data: encode(tensor) }))
  const temporary = `${path}.${randomUUID()}.tmp`
  try {
    const handle = await open(temporary, 'wx')
    try {
      await handle.writeFile(header(encoded, metadata))
      for (const { data } of encoded) {
        await handle.writeFile(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
      }
    } finally {
      await handle.close()
    }
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
}

function encode({ name, dtype, shape, data }: TensorToWrite): TensorValues | Uint16Array {
  const count = shape.reduce((one, other) => one * other, 1)
  if (data.length !== count) {
    throw new TypeError(`tensor '${name}' of shape [${shape.join(', ')}] takes ${count} values, not ${data.length}`)
  }
  const encoded = encodeTensor(dtype, data)
  if (encoded === undefined) throw new TypeError(`tensor '${name}' cannot be ${dtype} from a ${data.constructor.name}`)
  return encoded
}

/** Length and JSON, padded with spaces so that the tensors start at a multiple of 8. */
function header(tensors: readonly TensorToWrite[], metadata: Readonly<Record<string, string>>): Uint8Array {
  const entries = new Map<string, unknown>()
  if (Object.keys(metadata).length > 0) entries.set('__metadata__', metadata)
  let begin = 0
  for (const { name, dtype, shape, data } of tensors) {
    if (entries.has(name) || name === '__metadata__') throw new TypeError(`tensor '${name}' is given twice`)
    const end = begin + data.length * dtypeBytes[dtype]
    entries.set(name, { dtype, shape, data_offsets: [begin, end] })
    begin = end
  }

  const json = Buffer.from(JSON.stringify(Object.fromEntries(entries)))
  const bytes = Buffer.alloc(8 + Math.ceil(json.length / 8) * 8, ' ')
  bytes.writeBigUInt64LE(BigInt(bytes.length - 8))
  json.copy(bytes, 8)
  return bytes
}
