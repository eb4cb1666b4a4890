import { expect, it } from 'vitest'
import type { Comparison } from '../../types.js'
import { describeNeeded, formatNeeded } from './describe-verdict.js'

const comparison = (change: Partial<Comparison>): Comparison => ({
  aspect: 'logits',
  passed: true,
  metrics: {},
  needed: { rmsExcess: 1.123, maxExcess: 1.8 },
  nearTies: [],
  ...change,
})
const limits = { rmsExcess: 4, maxExcess: 8 }

it('tells the smallest limits under which every comparison passes', () => {
  const comparisons = [
    comparison({}),
    comparison({ aspect: 'tokens', needed: { rmsExcess: 0, maxExcess: 2.5 } }),
    comparison({ aspect: 'cache', needed: null }),
  ]
  expect(formatNeeded({ comparisons })).toBe('1.12 / 2.50')
  expect(describeNeeded({ comparisons, limits })).toBe(
    '1.12 × root-mean-square, 2.50 × largest error (limits: 4 × root-mean-square, 8 × largest error)',
  )
})

it('says so where no limits would do, and nothing where nothing was compared', () => {
  const hopeless = [comparison({}), comparison({ aspect: 'tokens', passed: false, needed: null })]
  expect(formatNeeded({ comparisons: hopeless })).toBe('none')
  expect(describeNeeded({ comparisons: hopeless, limits })).toMatch(/^none: no limits would do \(limits: 4 ×/)
  expect([formatNeeded({ comparisons: [] }), describeNeeded({ comparisons: [], limits: null })]).toEqual(['–', null])
})

it('lets NaN win over every number', () => {
  const comparisons = [comparison({}), comparison({ needed: { rmsExcess: NaN, maxExcess: Infinity } })]
  expect(formatNeeded({ comparisons })).toBe('NaN / ∞')
})
