/**
 * Reading safetensors files: 8 bytes of header length, a JSON header, then the tensors' bytes, little-endian. Only what is
 * asked for is read, so a file of 10 GB costs its header.
 */
import { realpath, type FileHandle } from 'node:fs/promises'
import { decodeTensor, type TensorValues } from './dtype.js'
import { readBytes, withFile } from './file-bytes.js'
import { parseHeader, type TensorInfo } from './parse-header.js'
import { damagedHint, unusable } from './unusable.js'

export type { TensorDtype, TensorValues } from './dtype.js'
export type { TensorInfo } from './parse-header.js'
export { readRows, RowReader } from './row-reader.js'

/** The format's own limit, 100 MB: https://github.com/huggingface/safetensors/blob/main/safetensors/src/tensor.rs */
const longestHeader = 100_000_000

/**
 * The tensors of a file by name, in the order of their bytes. Throws PARITY_CHECKPOINT where the header and the file
 * contradict each other, naming file and tensor.
 */
export async function readSafetensorsHeader(path: string): Promise<Map<string, TensorInfo>> {
  return withFile(path, async (handle) => {
    const file = await realpath(path)
    const { size } = await handle.stat()
    const length = await readHeaderLength(handle, file, size)
    const header = await readBytes(handle, file, 8, length)
    return parseHeader(decodeText(header, file), { file, start: 8 + length, bytes: size - 8 - length })
  })
}

async function readHeaderLength(handle: FileHandle, file: string, size: number): Promise<number> {
  if (size < 8) throw unusable(file, `has ${size} bytes, too few for a safetensors file`, damagedHint)
  const length = new DataView(await readBytes(handle, file, 0, 8)).getBigUint64(0, true)
  if (length > BigInt(size - 8)) {
    throw unusable(file, `states a header of ${length} bytes, but only ${size - 8} bytes follow`, damagedHint)
  }
  if (length > longestHeader) {
    throw unusable(file, `states a header of ${length} bytes, over the limit of ${longestHeader}`, damagedHint)
  }
  return Number(length)
}

function decodeText(bytes: ArrayBuffer, file: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch (cause) {
    throw unusable(file, 'the header is not UTF-8', damagedHint, cause)
  }
}

/** A whole tensor in row-major order. F16 and BF16 are widened to float32, exactly. */
export async function readTensor(info: TensorInfo): Promise<TensorValues> {
  return withFile(info.file, async (handle) =>
    decodeTensor(info.dtype, await readBytes(handle, info.file, info.offset, info.bytes)),
  )
}
