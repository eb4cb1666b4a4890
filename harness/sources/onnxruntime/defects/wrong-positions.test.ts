import { expect, it } from 'vitest'
import type { Gemma4Config } from '../../../checkpoint/config.js'
import type { HostEdit } from '../../../defect.js'
import { feedWrongPositions } from './wrong-positions.js'

const feed = (host: HostEdit) => feedWrongPositions({ slidingWindow: 2 } as Gemma4Config, host)
/** Who sees whom, a 1 for each key that a query sees. */
const seen = (mask: Float32Array, all: number) =>
  [...mask].map((value, i) => `${i > 0 && i % all === 0 ? ' ' : ''}${value === 0 ? 1 : 0}`).join('')

it('is off by one while prefilling, while decoding, or once the window is full', () => {
  const starts = (when: 'prefilling' | 'decoding' | 'window-full') => {
    const fed = feed({ positions: { add: 1, when } })
    return [fed.start(0, 3), fed.start(1, 1), fed.start(3, 1)]
  }
  expect(starts('prefilling')).toEqual([1, 1, 3])
  expect(starts('decoding')).toEqual([0, 2, 4])
  expect(starts('window-full')).toEqual([0, 1, 4])
})

it('turns the queries of shared layers as far as the pass ends', () => {
  expect('sharedStart' in feed({})).toBe(false)
  expect(feed({ sharedQueries: 'behind-the-pass' }).sharedStart?.(3, 4)).toBe(7)
  expect(feed({ sharedQueries: 'behind-the-pass' }).start(3, 4)).toBe(3)
})

it('shows too much or too little', () => {
  expect(seen(feed({}).mask('sliding', 1, 2), 3)).toBe('110 011')
  expect(seen(feed({}).mask('full', 1, 2), 3)).toBe('110 111')
  expect(seen(feed({ mask: 'not-causal' }).mask('full', 1, 2), 3)).toBe('111 111')
  expect(seen(feed({ mask: 'without-past' }).mask('full', 1, 2), 3)).toBe('010 011')
  expect(seen(feed({ mask: 'window-from-piece' }).mask('sliding', 1, 2), 3)).toBe('110 111')
  expect(seen(feed({ remembers: 1 }).mask('full', 1, 2), 3)).toBe('010 001')
})
