import { expect, it } from 'vitest'
import { randomNumbers, randomPrompts, seedOf } from './random-prompts.js'

it('gives the same prompts for the same seed, and others for another', () => {
  const prompts = (seed: number) => randomPrompts(randomNumbers(seed), 512, 24)
  expect(prompts(7)).toEqual(prompts(7))
  expect(prompts(7)).not.toEqual(prompts(8))
  expect(seedOf(1, 'gemma4/e2b')).not.toBe(seedOf(1, 'gemma4/e4b'))
  expect(seedOf(1, 'gemma4/e2b')).not.toBe(seedOf(2, 'gemma4/e2b'))
})

it('takes tokens from all over the vocabulary, in prompts of every length', () => {
  const random = randomNumbers(1)
  const sets = Array.from({ length: 500 }, () => randomPrompts(random, 10, 4))
  expect(new Set(sets.map(({ length }) => length))).toEqual(new Set([1, 2, 3]))
  const all = sets.flat()
  expect(new Set(all.map(({ tokens }) => tokens.length))).toEqual(new Set([1, 2, 3, 4]))
  const counts = Array.from({ length: 10 }, (_, token) =>
    all.flatMap(({ tokens }) => tokens).filter((t) => t === token),
  )
  // Evenly: of about 250 each, the standard deviation is 15.
  for (const { length } of counts) expect(Math.abs(length - 250)).toBeLessThan(75)
})
