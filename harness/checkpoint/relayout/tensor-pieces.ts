import { open } from 'node:fs/promises'
import { dtypeBytes, type TensorDtype } from '../dtype.js'
import { readBytes, reason } from '../file-bytes.js'
import type { TensorInfo } from '../safetensors.js'
import { unusable } from '../unusable.js'
import { bitsArray, convertValues, type FloatDtype } from './convert-values.js'

/** Values read at once: 16 MiB of float32. */
const piece = 2 ** 22

/**
 * The bytes of a tensor in another dtype, piece by piece. Throws PARITY_CHECKPOINT for a finite value that the dtype
 * cannot hold.
 */
export async function* tensorPieces(
  info: TensorInfo,
  to: TensorDtype,
  signal?: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const size = dtypeBytes[info.dtype]
  const count = info.bytes / size
  const handle = await open(info.file).catch((cause: unknown) => {
    throw unusable(info.file, `cannot be opened (${reason(cause)})`, 'Check the path and its permissions.', cause)
  })
  try {
    for (let at = 0; at < count; at += piece) {
      signal?.throwIfAborted()
      const length = Math.min(piece, count - at)
      const bytes = await readBytes(handle, info.file, info.offset + at * size, length * size)
      yield info.dtype === to ? new Uint8Array(bytes) : convert(info, to as FloatDtype, bytes, at)
    }
  } finally {
    await handle.close()
  }
}

function convert(info: TensorInfo, to: FloatDtype, bytes: ArrayBuffer, start: number): Uint8Array {
  const from = info.dtype as FloatDtype
  const source = bitsArray(from, bytes, bytes.byteLength / dtypeBytes[from])
  const buffer = new ArrayBuffer(source.length * dtypeBytes[to])
  const overflow = convertValues(from, to, source, bitsArray(to, buffer, source.length))
  if (overflow < 0) return new Uint8Array(buffer)

  const bits = from === 'F32' ? source[overflow] : source[overflow] << 16
  const value = new Float32Array(Uint32Array.of(bits).buffer)[0]
  const at = placeOf(start + overflow, info.shape)
  const [name, largest] = to === 'F16' ? ['float16', '65504'] : ['bfloat16', '3.3895e38']
  const what = `tensor '${info.name}' holds ${value} at [${at.join(', ')}], too large for ${name} (largest: ${largest})`
  throw unusable(info.file, what, to === 'F16' ? 'Choose bfloat16 or float32.' : 'Choose float32.')
}

/** Index in row-major order → one index an axis. */
function placeOf(index: number, shape: readonly number[]): number[] {
  return shape.reduceRight<{ rest: number; at: number[] }>(
    ({ rest, at }, size) => ({ rest: Math.floor(rest / size), at: [rest % size, ...at] }),
    { rest: index, at: [] },
  ).at
}
