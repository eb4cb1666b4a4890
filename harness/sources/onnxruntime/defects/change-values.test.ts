import { expect, it } from 'vitest'
import type { TensorEdit } from '../../../defect.js'
import { changeValues } from './change-values.js'

/** Of a tensor [4, 2] that counts from 1. */
const change = (edit: Omit<TensorEdit, 'tensor'>, other: Float32Array | null = null, shape = [4, 2]) => [
  ...changeValues(Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8), shape, { tensor: 'any', ...edit }, other),
]

it('moves away from another checkpoint, or all the way to it', () => {
  const other = new Float32Array(8).fill(1)
  expect(change({}, other)).toEqual([1, 1, 1, 1, 1, 1, 1, 1])
  expect(change({ factor: 0.5 }, other)).toEqual([1, 1.5, 2, 2.5, 3, 3.5, 4, 4.5])
  expect(change({ factor: 2 }, other)).toEqual([1, 3, 5, 7, 9, 11, 13, 15])
  expect(() => change({}, new Float32Array(7))).toThrow('7 values cannot stand for 8')
})

it('multiplies, adds, and fills rows', () => {
  expect(change({ times: 0, add: 1 })).toEqual([1, 1, 1, 1, 1, 1, 1, 1])
  expect(change({ rows: [1, 3], value: 0 })).toEqual([1, 2, 0, 0, 0, 0, 7, 8])
  expect(
    change({ rows: [0, 1], value: 'NaN' })
      .map(Number.isNaN)
      .indexOf(false),
  ).toBe(2)
})

it('swaps blocks of rows, and halves of any axis', () => {
  expect(change({ swapBlocks: [0, 1, 2] })).toEqual([5, 6, 7, 8, 1, 2, 3, 4])
  expect(change({ swapBlocks: [1, 3, 1] })).toEqual([1, 2, 7, 8, 5, 6, 3, 4])
  expect(change({ swapHalves: 0 })).toEqual([5, 6, 7, 8, 1, 2, 3, 4])
  expect(change({ swapHalves: 1 })).toEqual([2, 1, 4, 3, 6, 5, 8, 7])
  expect(change({ swapHalves: 1 }, null, [2, 2, 2])).toEqual([3, 4, 1, 2, 7, 8, 5, 6])
})

it('rounds to bits, with a scale for each group', () => {
  // The scales are 4 / 1 and 8 / 1: three levels.
  expect(change({ quantise: { bits: 2, group: 4 } })).toEqual([0, 4, 4, 4, 8, 8, 8, 8])
  expect(change({ times: 1 / 3, round: 'bfloat16' })[0]).toBe(0.333984375)
  expect(change({ times: 1 / 3, round: 'float16' })[0]).toBe(0.333251953125)
})

it('turns the halves of a head into pairs', () => {
  expect(change({ interleave: { headDim: 4 } })).toEqual([1, 2, 5, 6, 3, 4, 7, 8])
  expect(change({ interleave: { headDim: 2 } })).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
})
