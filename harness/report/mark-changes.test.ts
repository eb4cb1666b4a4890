import { describe, expect, it } from 'vitest'
import type { Verdict } from '../types.js'
import { acceptReport } from './baseline.js'
import { pointOf } from './history.js'
import { findGone, markVerdict } from './mark-changes.js'
import { makeReport, makeVerdict } from './report.fixture.js'

const acceptedAt = new Date('2026-12-01T10:00:00Z')
const accept = (...verdicts: Verdict[]) => acceptReport(null, makeReport(...verdicts), acceptedAt)
const mark = (before: Partial<Verdict>, now: Partial<Verdict>) =>
  markVerdict(makeVerdict(now), accept(makeVerdict(before)), []).change

describe('markVerdict', () => {
  it.each([
    ['pass', 'fail', 'regressed'],
    ['near-tie', 'fail', 'regressed'],
    ['pass', 'error', 'regressed'],
    ['fail', 'pass', 'fixed'],
    ['error', 'near-tie', 'fixed'],
    ['known', 'pass', 'fixed'],
    ['pass', 'near-tie', undefined],
    ['fail', 'error', undefined],
    ['known', 'fail', undefined],
    ['pass', 'known', undefined],
    ['pass', 'skipped', undefined],
    ['fixed', 'pass', undefined],
    ['known', 'fixed', undefined],
  ] as const)('%s → %s: %s', (before, now, change) => {
    expect(mark({ outcome: before }, { outcome: now })).toBe(change)
  })

  it.each([
    ['grew three-fold', 0.5, 1.5, 'drifted'],
    ['grew less than three-fold', 0.6, 1.7, undefined],
    ['is below that of transformers', 0.1, 0.99, undefined],
    ['was none at all', 0, 1, 'drifted'],
    ['was not measured', null, 100, undefined],
    ['is not measured', 1, null, undefined],
    ['is no number', 1, NaN, undefined],
  ])('an excess that %s (%s → %s): %s', (_, before, now, change) => {
    expect(mark({ excess: before }, { excess: now })).toBe(change)
    expect(mark({ excess: before, outcome: 'near-tie' }, { excess: now })).toBe(change)
  })

  it('knows the jitter of the accepted version from the history before it was accepted', () => {
    const past = (excess: number, change: Partial<Verdict> = {}, day = '2026-11-30T00:00:00.000Z') => ({
      ...pointOf(makeReport(makeVerdict({ excess, ...change })), null),
      at: day,
    })
    const drifts = (...history: ReturnType<typeof past>[]) =>
      markVerdict(makeVerdict({ excess: 6 }), accept(makeVerdict({ excess: 1 })), history).change
    expect(drifts()).toBe('drifted')
    expect(drifts(past(1.5), past(2))).toBe('drifted')
    expect(drifts(past(2.1), past(1))).toBe(undefined)
    expect(drifts(past(2.1, { engineVersion: '1.29.0' }))).toBe('drifted')
    expect(drifts(past(2.1, { outcome: 'fail' }))).toBe('drifted')
    expect(drifts(past(2.1, { engine: 'onnxruntime:webgpu/float32' }))).toBe('drifted')
    expect(drifts(past(6, {}, '2026-12-02T00:00:00.000Z'))).toBe('drifted')
  })

  it('says nothing of what the machine failed at, and new of what was never accepted', () => {
    expect(mark({}, { outcome: 'error', fault: 'infrastructure' })).toBe(undefined)
    expect(mark({}, { outcome: 'error', fault: 'engine' })).toBe('regressed')
    expect(mark({}, { caseId: 'mine/other' })).toBe('new')
    expect(mark({}, { caseId: 'mine/other', outcome: 'fail' })).toBe('new')
    expect(mark({}, { caseId: 'mine/other', outcome: 'skipped' })).toBe(undefined)
    expect(mark({}, { engine: 'onnxruntime:cpu/float16' })).toBe('new')
    expect(mark({}, { engineVersion: '1.31.0' })).toBe(undefined)
  })

  it('finds a mark anew with a baseline and leaves it without one', () => {
    const marked = makeVerdict({ change: 'regressed' })
    expect(markVerdict(marked, null, [])).toBe(marked)
    expect(markVerdict(marked, accept(makeVerdict()), [])).toEqual(makeVerdict())
    expect(markVerdict(makeVerdict(), null, [])).toEqual(makeVerdict())
  })
})

describe('findGone', () => {
  const existing = { caseIds: new Set(['mine/e4b']), engineNames: new Set(['onnxruntime']) }
  const baseline = accept(
    makeVerdict(),
    makeVerdict({ engine: 'onnxruntime:webgpu/float32' }),
    makeVerdict({ engine: 'onnx:cpu/float32', outcome: 'known' }),
    makeVerdict({ caseId: 'mine/a', outcome: 'fail' }),
  )

  it('gives what no case and no engine gives any more', () => {
    expect(findGone(baseline, existing)).toEqual([
      { caseId: 'mine/a', engine: 'onnxruntime:cpu/float32', outcome: 'fail' },
      { caseId: 'mine/e4b', engine: 'onnx:cpu/float32', outcome: 'known' },
    ])
  })

  it('says nothing in a run of a part, and without a baseline', () => {
    expect(findGone(baseline, null)).toEqual([])
    expect(findGone(null, existing)).toEqual([])
  })
})
