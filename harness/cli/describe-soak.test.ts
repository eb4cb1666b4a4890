import { expect, it } from 'vitest'
import type { Soaked } from '../run/soak.js'
import { formatSoak, histogram, quantile, summariseSoak } from './describe-soak.js'

const one = (rmsExcess: number, changes: Partial<Soaked> = {}): Soaked => ({
  caseId: 'gemma4/e2b/pruned',
  prompts: [[2, 7]],
  threads: 1,
  chunk: null,
  outcome: 'pass',
  rmsExcess,
  maxExcess: 2 * rmsExcess,
  cacheExcess: null,
  nearTies: 0,
  reason: '',
  ...changes,
})

it('takes the nearest rank of a share', () => {
  const sorted = [1, 2, 3, 4]
  expect([0, 0.25, 0.5, 0.51, 0.99, 1].map((share) => quantile(sorted, share))).toEqual([1, 1, 2, 3, 4, 4])
})

it('summarises each kind of error', () => {
  const { rms, max } = summariseSoak([one(1), one(3), one(2)])
  expect([rms.least, rms.median, rms.largest, max.largest]).toEqual([1, 2, 3, 6])
})

it('draws what is within the limit in bins, and what is beyond, or no number, apart', () => {
  const lines = histogram([0.1, 0.1, 3.99, 4, 4.01, NaN], 4).split('\n')
  expect(lines[1]).toMatch(/^ 0\.00–0\.25\s+2 █{50}$/)
  expect(lines[16]).toMatch(/^ 3\.75–4\.00\s+2 █{50}$/)
  expect(lines[17]).toMatch(/^\s+over 4\s+2 █{50}$/)
})

it('counts sets of prompts once, and tells a false alarm with what shows it again', () => {
  const alarm = one(5, { outcome: 'fail', chunk: 3, reason: 'logits differ' })
  const page = formatSoak([one(1), one(1), alarm], { rmsExcess: 4, maxExcess: 8 }, 'parity soak', 60_000)
  expect(page).toContain('3 comparisons: 1 sets of random prompts')
  expect(page).toContain('**1 false alarms**')
  expect(page).toContain('gemma4/e2b/pruned, 1 threads, in pieces of 3: logits differ\n\n--tokens 2,7')
})
