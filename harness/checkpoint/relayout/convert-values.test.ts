import { describe, expect, it } from 'vitest'
import { narrowBfloat16, widenFloat16 } from '../half.js'
import { bitsArray, convertValues, type FloatDtype } from './convert-values.js'

const every = Uint16Array.from({ length: 65_536 }, (_, bits) => bits)
const bitsOf = (values: Float32Array) => new Uint32Array(values.buffer, values.byteOffset, values.length)

function convert(from: FloatDtype, to: FloatDtype, source: Uint32Array | Uint16Array) {
  const size = to === 'F32' ? 4 : 2
  const target = bitsArray(to, new ArrayBuffer(source.length * size), source.length)
  return { overflow: convertValues(from, to, source, target), target }
}

describe('float32 to 16 bits', () => {
  // IEEE 754: 65520 is half way from 65504 to 65536; 2^-25 half of the smallest subnormal; 2^-14 the smallest normal.
  it.each([
    [1, 0x3c00],
    [-0, 0x8000],
    [65_519.996, 0x7bff],
    [2 ** -24, 0x0001],
    [2 ** -25, 0x0000],
    [2 ** -25 * 1.0001, 0x0001],
    [3 * 2 ** -25, 0x0002],
    [2 ** -14 - 2 ** -25, 0x0400],
    [1 + 2 ** -11, 0x3c00],
    [1 + 3 * 2 ** -11, 0x3c02],
    [1e-45, 0x0000],
  ])('%f becomes float16 %i', (value, bits) => {
    expect(convert('F32', 'F16', bitsOf(Float32Array.of(value)))).toEqual({
      overflow: -1,
      target: Uint16Array.of(bits),
    })
  })

  it('keeps infinities and NaN, and the sign of both', () => {
    const source = Uint32Array.of(0x7f800000, 0xff800000, 0x7fc00000, 0xffc00001, 0x7f800001)
    expect(convert('F32', 'F16', source)).toEqual({
      overflow: -1,
      target: Uint16Array.of(0x7c00, 0xfc00, 0x7e00, 0xfe00, 0x7e00),
    })
    expect(convert('F32', 'BF16', source)).toEqual({
      overflow: -1,
      target: Uint16Array.of(0x7f80, 0xff80, 0x7fc0, 0xffc0, 0x7fc0),
    })
  })
})

describe('16 bits to 16 or 32', () => {
  it('widens every value exactly, and NaN of bfloat16 with all its bits', () => {
    expect(convert('BF16', 'F32', every).target).toEqual(Uint32Array.from(every, (bits) => bits << 16))
    expect(convert('F16', 'F32', every).target).toEqual(bitsOf(widenFloat16(every)))
  })

  it('rounds float16 to bfloat16 and back', () => {
    expect(convert('F16', 'BF16', every)).toEqual({ overflow: -1, target: narrowBfloat16(widenFloat16(every)) })
    expect(convert('BF16', 'F16', Uint16Array.of(0x3f80, 0x7f80, 0xff80, 0x8000)).target).toEqual(
      Uint16Array.of(0x3c00, 0x7c00, 0xfc00, 0x8000),
    )
  })
})

describe('overflow', () => {
  it.each([
    ['F32', 'F16', bitsOf(Float32Array.of(1, Infinity, 65_520))],
    ['F32', 'F16', bitsOf(Float32Array.of(1, Infinity, -1e30))],
    ['F32', 'BF16', bitsOf(Float32Array.of(1, -Infinity, 3.4e38))],
    ['BF16', 'F16', Uint16Array.of(0x3f80, 0x7f80, 0x4780)],
  ] as const)('%s to %s is found at its index, past an infinity', (from, to, source) => {
    expect(convert(from, to, source).overflow).toBe(2)
  })
})
