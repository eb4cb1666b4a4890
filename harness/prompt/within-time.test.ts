import { expect, it } from 'vitest'
import { TookTooLong, withinTime } from './within-time.js'

it('returns and throws what the work does, also within other work', () => {
  expect(withinTime(1000, () => withinTime(1000, () => 1) + 1)).toBe(2)
  const error = new RangeError('own')
  expect(() =>
    withinTime(1000, () => {
      throw error
    }),
  ).toThrow(error)
})

it('stops a regular expression that backtracks for ever', () => {
  expect(() => withinTime(50, () => /^(a+)+$/.test(`${'a'.repeat(40)}b`))).toThrow(TookTooLong)
})
