import { narrowBfloat16, narrowFloat16, widenBfloat16, widenFloat16 } from '../half.js'

/** The dtypes that are converted into each other. */
export type FloatDtype = 'F32' | 'F16' | 'BF16'

/** A float32 or 16-bit float as its bits. */
type Bits = Uint32Array | Uint16Array

/** Bits of positive infinity; above it, without the sign, are NaN. */
const infinities = { F32: 0x7f800000, F16: 0x7c00, BF16: 0x7f80 } as const
const magnitudes = { F32: 0x7fffffff, F16: 0x7fff, BF16: 0x7fff } as const

/** An array of the element type that holds the bits of `dtype`. */
export const bitsArray = (dtype: FloatDtype, buffer: ArrayBuffer, count: number): Bits =>
  dtype === 'F32' ? new Uint32Array(buffer, 0, count) : new Uint16Array(buffer, 0, count)

/**
 * Writes the nearest value of `to`, ties to even, for each of `source` into `target`, which has as many. NaN, infinities
 * and the sign of zero stay. Returns the index of the first finite value too large for `to`, or -1.
 */
export function convertValues(from: FloatDtype, to: FloatDtype, source: Bits, target: Bits): number {
  if (from === 'F32') {
    const values = new Float32Array(source.buffer, source.byteOffset, source.length)
    target.set(to === 'F16' ? narrowFloat16(values) : narrowBfloat16(values))
  } else {
    const table = (tables[`${from}→${to}`] ??= makeTable(from, to))
    for (let index = 0; index < source.length; index++) target[index] = table[source[index]]
  }
  return findOverflow(source, magnitudes[from], infinities[from], target, magnitudes[to], infinities[to])
}

function findOverflow(
  source: Bits,
  sourceMask: number,
  sourceInfinity: number,
  target: Bits,
  targetMask: number,
  targetInfinity: number,
): number {
  for (let index = 0; index < target.length; index++) {
    const isInfinite = (target[index] & targetMask) === targetInfinity
    if (isInfinite && (source[index] & sourceMask) !== sourceInfinity) return index
  }
  return -1
}

const tables: Record<string, Bits> = {}

/** What each of the 65,536 values of a 16-bit dtype becomes. */
function makeTable(from: FloatDtype, to: FloatDtype): Bits {
  const every = Uint16Array.from({ length: 65_536 }, (_, bits) => bits)
  const values = from === 'F16' ? widenFloat16(every) : widenBfloat16(every)
  if (to === 'F32') return new Uint32Array(values.buffer)
  return to === 'F16' ? narrowFloat16(values) : narrowBfloat16(values)
}
