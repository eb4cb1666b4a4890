import { randomUUID } from 'node:crypto'
import { open, rename, rm, type FileHandle } from 'node:fs/promises'
import { dtypeBytes, encodeTensor, type TensorDtype, type TensorValues } from './dtype.js'

interface Described {
  readonly name: string
  readonly dtype: TensorDtype
  readonly shape: readonly number[]
}

export interface TensorToWrite extends Described {
  /** Row-major. For F16 and BF16 either the bits (`Uint16Array`) or float32 values, which are rounded. */
  readonly data: TensorValues | Uint16Array
}

/** A tensor that need not fit into memory. */
export interface TensorToStream extends Described {
  /** Its bytes, row-major and little-endian, in order; a piece may be overwritten once the next one is asked for. */
  readonly pieces: () => Iterable<Uint8Array> | AsyncIterable<Uint8Array>
}

type Metadata = Readonly<Record<string, string>>

/**
 * Writes a safetensors file: all of it or, on failure, nothing. Throws a `TypeError` where name, dtype, shape and data
 * do not fit each other.
 */
export async function writeSafetensors(
  path: string,
  tensors: Iterable<TensorToWrite>,
  metadata: Metadata = {},
): Promise<void> {
  const encoded = [...tensors].map((tensor) => {
    const data = encode(tensor)
    return { ...tensor, pieces: () => [new Uint8Array(data.buffer, data.byteOffset, data.byteLength)] }
  })
  await streamSafetensors(path, encoded, metadata)
}

/** `writeSafetensors` piece by piece, in the order given. Throws a `TypeError` for too many bytes or too few. */
export async function streamSafetensors(
  path: string,
  tensors: readonly TensorToStream[],
  metadata: Metadata = {},
): Promise<void> {
  const temporary = `${path}.${randomUUID()}.tmp`
  try {
    const handle = await open(temporary, 'wx')
    try {
      await handle.writeFile(header(tensors, metadata))
      for (const tensor of tensors) await writePieces(handle, tensor)
    } finally {
      await handle.close()
    }
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
}

async function writePieces(handle: FileHandle, tensor: TensorToStream): Promise<void> {
  const expected = bytesOf(tensor)
  let written = 0
  for await (const piece of tensor.pieces()) {
    written += piece.byteLength
    if (written > expected) break
    await handle.writeFile(piece)
  }
  if (written === expected) return
  const amount = written > expected ? 'more' : `${written}`
  throw new TypeError(`tensor '${tensor.name}' takes ${expected} bytes, but ${amount} were given`)
}

function encode({ name, dtype, shape, data }: TensorToWrite): TensorValues | Uint16Array {
  const count = countOf(shape)
  if (data.length !== count) {
    throw new TypeError(`tensor '${name}' of shape [${shape.join(', ')}] takes ${count} values, not ${data.length}`)
  }
  const encoded = encodeTensor(dtype, data)
  if (encoded === undefined) throw new TypeError(`tensor '${name}' cannot be ${dtype} from a ${data.constructor.name}`)
  return encoded
}

const countOf = (shape: readonly number[]) => shape.reduce((one, other) => one * other, 1)
const bytesOf = ({ dtype, shape }: Described) => countOf(shape) * dtypeBytes[dtype]

/** Length and JSON, padded with spaces so that the tensors start at a multiple of 8. */
function header(tensors: readonly Described[], metadata: Metadata): Uint8Array {
  const entries = new Map<string, unknown>()
  if (Object.keys(metadata).length > 0) entries.set('__metadata__', metadata)
  let begin = 0
  for (const tensor of tensors) {
    const { name, dtype, shape } = tensor
    if (entries.has(name) || name === '__metadata__') throw new TypeError(`tensor '${name}' is given twice`)
    const end = begin + bytesOf(tensor)
    entries.set(name, { dtype, shape, data_offsets: [begin, end] })
    begin = end
  }

  const json = Buffer.from(JSON.stringify(Object.fromEntries(entries)))
  const bytes = Buffer.alloc(8 + Math.ceil(json.length / 8) * 8, ' ')
  bytes.writeBigUInt64LE(BigInt(bytes.length - 8))
  json.copy(bytes, 8)
  return bytes
}
