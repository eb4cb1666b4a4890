import { expect, it } from 'vitest'
import { relateLength } from './relate-length.js'

const tokens = (length: number) => Array.from({ length }, (_, i) => 100 + i)
const relate = (length: number, slidingWindow: number | null = 8) =>
  relateLength({ tokens: tokens(length), slidingWindow })

it('knows the window, limits that are powers of two, and the first positions', () => {
  expect(relate(1)).toEqual(['the first token already, where there is nothing yet to attend to but itself'])
  expect(relate(2)).toEqual(['the first position that is turned by an angle, and that attends to another'])
  expect(relate(8)).toEqual(['as long as the sliding window'])
  expect(relate(9)).toEqual(['one more than the sliding window of 8'])
  expect(relate(10)).toEqual(['two more than the sliding window of 8'])
  expect(relate(9, null)).toEqual(['one more than 8'])
  expect(relate(17)).toEqual(['one more than 16'])
})

it('names the last token only where the length says nothing, and the token is new', () => {
  expect(relate(7)).toEqual(['its last token, 106, does not stand before'])
  expect(relateLength({ tokens: [5, 6, 7, 8, 9, 10, 5], slidingWindow: 8 })).toEqual([])
})
