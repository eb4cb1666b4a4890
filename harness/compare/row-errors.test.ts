import { expect, it } from 'vitest'
import type { Spread } from '../types.js'
import { isBeyond, measureError, worstOf } from './row-errors.js'

const spread: Spread = { dtype: 'float32', rms: 0.1, max: 0.2, origin: 'recorded' }
const limits = { rmsExcess: 4, maxExcess: 8 }
const pair = (expected: number[], actual: number[]) => ({
  expected: Float64Array.from(expected),
  actual: Float64Array.from(actual),
})

it('measures in multiples of the spread', () => {
  const error = measureError([pair([1, 2], [1, 2.4]), pair([0, 0], [0, 0])], spread)
  expect(error.rms).toBeCloseTo(2)
  expect(error.max).toBeCloseTo(2)
  expect(isBeyond(error, limits)).toBe(false)
  expect(isBeyond({ rms: 1, max: 9 }, limits)).toBe(true)
  expect(isBeyond({ rms: 5, max: 1 }, limits)).toBe(true)
})

it('takes a row without numbers for right only where the other has none either', () => {
  const nothing = pair([NaN, 1], [Infinity, 2])
  expect(measureError([nothing], spread)).toEqual({ rms: 0, max: 0 })
  expect(measureError([nothing, pair([1], [1.2])], spread).rms).toBeCloseTo(2)
  expect(measureError([pair([1, 1], [1, NaN])], spread)).toEqual({ rms: Infinity, max: Infinity })
  expect(measureError([pair([NaN, 1], [1, 1])], spread)).toEqual({ rms: Infinity, max: Infinity })
})

it('finds the worst row', () => {
  expect(worstOf([])).toEqual({ rms: 0, max: 0 })
  expect(
    worstOf([
      { rms: 1, max: 1 },
      { rms: 3, max: 3 },
      { rms: 2, max: 9 },
    ]).rms,
  ).toBe(3)
})
