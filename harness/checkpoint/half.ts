/**
 * The two 16-bit float formats. float16 (IEEE 754 binary16): 1 sign, 5 exponent and 10 fraction bits. bfloat16: the upper
 * half of a float32.
 */

let table: Float32Array | undefined

/** float16 bits to float32, exactly. */
export function widenFloat16(bits: Uint16Array): Float32Array {
  const values = (table ??= Float32Array.from({ length: 65_536 }, (_, index) => float16Value(index)))
  return Float32Array.from(bits, (half) => values[half] ?? NaN)
}

function float16Value(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1
  const exponent = (bits >> 10) & 31
  const fraction = bits & 1023
  if (exponent === 0) return sign * fraction * 2 ** -24
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15)
}

/** bfloat16 bits to float32, exactly. */
export function widenBfloat16(bits: Uint16Array): Float32Array {
  const words = new Uint32Array(bits.length)
  for (const [index, half] of bits.entries()) words[index] = half << 16
  return new Float32Array(words.buffer)
}

/** float32 to the nearest float16, ties to even; overflows become infinite. */
export function narrowFloat16(values: Float32Array): Uint16Array {
  const words = wordsOf(values)
  const bits = new Uint16Array(values.length)
  // A plain loop: a callback for each value takes several times as long, which a checkpoint would feel.
  for (let index = 0; index < words.length; index++) {
    const magnitude = words[index] & 0x7fffffff
    const sign = (words[index] >>> 16) & 0x8000
    if (magnitude > 0x7f800000) bits[index] = sign | 0x7e00
    // 65520 lies half way between the largest float16 and the next power of two.
    else if (magnitude >= 0x477ff000) bits[index] = sign | 0x7c00
    else if (magnitude >= 0x38800000) {
      // The exponent's bias falls from 127 to 15, and the fraction loses 13 bits; a carry lands in the exponent.
      const rebiased = magnitude - 0x38000000
      bits[index] = sign | ((rebiased + 0xfff + ((rebiased >>> 13) & 1)) >>> 13)
    } else bits[index] = sign | roundHalfEven(Math.abs(values[index]) * 2 ** 24)
  }
  return bits
}

/** For a subnormal, counted in units of the smallest one. */
function roundHalfEven(value: number): number {
  const floor = Math.floor(value)
  const rest = value - floor
  return rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor
}

/** float32 to the nearest bfloat16, ties to even; NaN keeps its upper bits. */
export function narrowBfloat16(values: Float32Array): Uint16Array {
  const words = wordsOf(values)
  const bits = new Uint16Array(values.length)
  for (let index = 0; index < words.length; index++) {
    const word = words[index]
    const isNaN = (word & 0x7fffffff) > 0x7f800000
    bits[index] = isNaN ? (word >>> 16) | (word & 0x7f0000 ? 0 : 0x40) : (word + 0x7fff + ((word >>> 16) & 1)) >>> 16
  }
  return bits
}

const wordsOf = (values: Float32Array) => new Uint32Array(values.buffer, values.byteOffset, values.length)
