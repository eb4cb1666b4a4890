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
  return Uint16Array.from(values, float16Bits)
}

function float16Bits(value: number): number {
  if (Number.isNaN(value)) return 0x7e00
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0
  const magnitude = Math.abs(value)
  // 65520 lies half way between the largest float16 and the next power of two.
  if (magnitude >= 65_520) return sign | 0x7c00
  const exponent = Math.max(Math.floor(Math.log2(magnitude)), -14)
  // Counted in units of the last place, the implicit bit and a carry both land in the exponent.
  return sign | (((exponent + 14) << 10) + roundHalfEven(magnitude / 2 ** (exponent - 10)))
}

function roundHalfEven(value: number): number {
  const floor = Math.floor(value)
  const rest = value - floor
  return rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor
}

/** float32 to the nearest bfloat16, ties to even. */
export function narrowBfloat16(values: Float32Array): Uint16Array {
  const words = new Uint32Array(values.buffer, values.byteOffset, values.length)
  return Uint16Array.from(words, (word, index) =>
    Number.isNaN(values[index]) ? 0x7fc0 : (word + 0x7fff + ((word >>> 16) & 1)) >>> 16,
  )
}
