import { expect, it } from 'vitest'
import { acceptReport } from './baseline.js'
import { compareBaselines } from './compare-baselines.js'
import { makeReport, makeVerdict } from './report.fixture.js'

const on = (caseId: string, change = {}) => makeVerdict({ caseId, ...change })
const key = (caseId: string) => `${caseId} on onnxruntime:cpu/float32`

it('says what an acceptance did, in the order of the keys', () => {
  const before = acceptReport(null, makeReport(on('d'), on('b'), on('c'), on('a')))
  const gone = [{ caseId: 'a', engine: 'onnxruntime:cpu/float32', outcome: 'pass' as const }]
  const after = acceptReport(before, { ...makeReport(on('f'), on('e'), on('c', { excess: 2 }), on('b')), gone })
  const { new: added, changed, removed, unchanged } = compareBaselines(before, after)
  expect(added.map((one) => one.key)).toEqual([key('e'), key('f')])
  expect(changed.map((one) => [one.key, one.before.excess, one.after.excess])).toEqual([[key('c'), 1.12, 2]])
  expect(removed.map((one) => [one.key, one.before.outcome])).toEqual([[key('a'), 'pass']])
  expect(unchanged).toBe(2)
})

it('takes everything for new where there was no baseline', () => {
  const after = acceptReport(null, makeReport(on('a'), on('b', { excess: Infinity, outcome: 'fail' })))
  expect(compareBaselines(null, after).new.map((one) => [one.key, one.after.outcome])).toEqual([
    [key('a'), 'pass'],
    [key('b'), 'fail'],
  ])
  expect(compareBaselines(after, after)).toEqual({ new: [], changed: [], removed: [], unchanged: 2 })
})
