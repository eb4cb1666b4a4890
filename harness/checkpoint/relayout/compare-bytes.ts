import { readBytes, withFile } from '../file-bytes.js'
import type { TensorInfo } from '../safetensors.js'

const piece = 2 ** 22

/** Whether two tensors are the same bit for bit: dtype, shape and bytes. */
export async function isSameTensor(one: TensorInfo, other: TensorInfo, signal?: AbortSignal): Promise<boolean> {
  if (one.dtype !== other.dtype || one.shape.join() !== other.shape.join()) return false
  return await withFile(one.file, (first) =>
    withFile(other.file, async (second) => {
      for (let at = 0; at < one.bytes; at += piece) {
        signal?.throwIfAborted()
        const bytes = Math.min(piece, one.bytes - at)
        const [left, right] = await Promise.all([
          readBytes(first, one.file, one.offset + at, bytes),
          readBytes(second, other.file, other.offset + at, bytes),
        ])
        if (Buffer.compare(Buffer.from(left), Buffer.from(right)) !== 0) return false
      }
      return true
    }),
  )
}
