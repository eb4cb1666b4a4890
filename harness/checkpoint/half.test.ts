import { describe, expect, it } from 'vitest'
import { narrowBfloat16, narrowFloat16, widenBfloat16, widenFloat16 } from './half.js'

const everyHalf = Uint16Array.from({ length: 65_536 }, (_, bits) => bits)

/** float16 to float32 by moving bits, as hardware does; the code under test uses arithmetic. */
function float32Bits(half: number): number {
  const sign = (half & 0x8000) << 16
  let exponent = (half >> 10) & 31
  let fraction = half & 0x3ff
  if (exponent === 31) return sign | 0x7f800000 | (fraction << 13)
  if (exponent === 0 && fraction === 0) return sign
  if (exponent === 0) {
    exponent = 1
    while ((fraction & 0x400) === 0) {
      fraction <<= 1
      exponent -= 1
    }
    fraction &= 0x3ff
  }
  return sign | ((exponent + 112) << 23) | (fraction << 13)
}

function fromFloat32Bits(bits: number): number {
  const view = new DataView(new ArrayBuffer(4))
  view.setInt32(0, bits)
  return view.getFloat32(0)
}

/** Indices at which two arrays differ; zeros of another sign differ, NaN and NaN do not. */
function differences(actual: ArrayLike<number>, expected: ArrayLike<number>): number[] {
  if (actual.length !== expected.length) return [-1]
  return Array.from(actual, (value, index) => (Object.is(value, expected[index]) ? -1 : index)).filter((at) => at >= 0)
}

describe('widening', () => {
  it('gives every float16 its value', () => {
    const expected = Float32Array.from(everyHalf, (half) => fromFloat32Bits(float32Bits(half)))
    expect(differences(widenFloat16(everyHalf), expected)).toEqual([])
  })

  it('gives every bfloat16 its value', () => {
    const expected = Float32Array.from(everyHalf, (half) => fromFloat32Bits(half << 16))
    expect(differences(widenBfloat16(everyHalf), expected)).toEqual([])
  })
})

const halves = [
  { name: 'float16', widen: widenFloat16, narrow: narrowFloat16, infinity: 0x7c00 },
  { name: 'bfloat16', widen: widenBfloat16, narrow: narrowBfloat16, infinity: 0x7f80 },
]

describe.each(halves)('narrowing to $name', ({ widen, narrow, infinity }) => {
  const numbers = everyHalf.filter((bits) => (bits & 0x7fff) <= infinity)

  it('undoes the widening of every number, signed zeros and infinities included', () => {
    expect(differences(narrow(widen(numbers)), numbers)).toEqual([])
  })

  it('keeps NaN', () => {
    expect(widen(narrow(Float32Array.of(NaN, -NaN)))).toEqual(Float32Array.of(NaN, NaN))
  })

  it('rounds to the nearest, and half way between two to the even one', () => {
    const lower = numbers.filter((bits) => (bits & 0x7fff) < infinity - 1)
    const [below, above] = [widen(lower), widen(lower.map((bits) => bits + 1))]
    const at = (share: number) => below.map((value, index) => value + ((above[index] ?? 0) - value) * share)
    const upper = lower.map((bits) => bits + 1)
    /** Half way and one float32 less, or more, away from zero. */
    const beside = (step: number) => {
      const words = Int32Array.from(new Int32Array(at(0.5).buffer), (word) => word + step)
      return new Float32Array(words.buffer)
    }
    expect(differences(narrow(beside(-1)), lower)).toEqual([])
    expect(differences(narrow(beside(1)), upper)).toEqual([])
    expect(differences(narrow(at(0.25)), lower)).toEqual([])
    expect(
      differences(
        narrow(at(0.5)),
        lower.map((bits) => bits + (bits % 2)),
      ),
    ).toEqual([])
    expect(differences(narrow(at(0.75)), upper)).toEqual([])
  })
})

it('overflows float16 to infinity from half way to the next power of two', () => {
  expect(widenFloat16(narrowFloat16(Float32Array.of(65_519.99, 65_520, -1e30)))).toEqual(
    Float32Array.of(65_504, Infinity, -Infinity),
  )
})
