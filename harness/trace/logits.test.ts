import { describe, expect, it } from 'vitest'
import { argmax, logSumExp, topIndices } from './logits.js'

describe('logits', () => {
  it('takes the lowest index at a tie and puts a NaN first', () => {
    expect(argmax(Float32Array.of(1, 3, 3))).toBe(1)
    expect(argmax(Float32Array.of(1, NaN, 3))).toBe(1)
    expect(topIndices(Float32Array.of(1, 5, NaN, 5, 2), 4)).toEqual([2, 1, 3, 4])
  })

  it('gives all indices of a vocabulary smaller than asked for', () => {
    expect(topIndices(Float32Array.of(1, 2), 5)).toEqual([1, 0])
  })

  it('sums exponentials of large logits without overflow', () => {
    expect(logSumExp(Float64Array.of(1000, 1000))).toBeCloseTo(1000 + Math.log(2), 10)
    expect(logSumExp(Float64Array.of(1, NaN))).toBeNaN()
    expect(logSumExp(Float64Array.of(-Infinity, -Infinity))).toBe(-Infinity)
  })
})
