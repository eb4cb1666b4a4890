import { expect, it } from 'vitest'
import type { Verdict } from '../types.js'
import { acceptReport } from './baseline.js'
import { decideExitCode, type Strictness } from './exit-code.js'
import { makeReport, makeVerdict } from './report.fixture.js'

const accepted = acceptReport(
  null,
  makeReport(makeVerdict({ caseId: 'was-fail', outcome: 'fail' }), makeVerdict({ caseId: 'was-pass' })),
)

/** Exit codes by `failOn`, with the baseline above and without one. */
const codes = (change: Partial<Verdict>, require = false) =>
  (['bad', 'drifted', 'regressed', 'never'] satisfies Strictness['failOn'][]).map((failOn) => {
    const decide = (baseline: typeof accepted | null) =>
      decideExitCode(makeReport(makeVerdict(change)), { failOn, require }, baseline)
    return `${failOn} ${decide(accepted)} ${decide(null)}`
  })

it.each<[string, Partial<Verdict>, string[]]>([
  ['a pass', {}, ['bad 0 0', 'drifted 0 0', 'regressed 0 0', 'never 0 0']],
  ['a drift', { change: 'drifted' }, ['bad 0 0', 'drifted 1 1', 'regressed 0 0', 'never 0 0']],
  [
    'a fail that was accepted',
    { caseId: 'was-fail', outcome: 'fail' },
    ['bad 1 1', 'drifted 1 1', 'regressed 0 1', 'never 0 0'],
  ],
  [
    'an error where a fail was accepted',
    { caseId: 'was-fail', outcome: 'error', fault: 'engine' },
    ['bad 1 1', 'drifted 1 1', 'regressed 0 1', 'never 0 0'],
  ],
  [
    'an error of the machine where a fail was accepted',
    { caseId: 'was-fail', outcome: 'error', fault: 'infrastructure' },
    ['bad 1 1', 'drifted 1 1', 'regressed 1 1', 'never 0 0'],
  ],
  [
    'a fail where a pass was accepted',
    { caseId: 'was-pass', outcome: 'fail', change: 'regressed' },
    ['bad 1 1', 'drifted 1 1', 'regressed 1 1', 'never 0 0'],
  ],
  [
    'a fail that is new',
    { caseId: 'new', outcome: 'fail', change: 'new' },
    ['bad 1 1', 'drifted 1 1', 'regressed 1 1', 'never 0 0'],
  ],
  ['a declaration to remove', { outcome: 'fixed' }, ['bad 1 1', 'drifted 1 1', 'regressed 1 1', 'never 0 0']],
])('%s', (_, change, expected) => {
  expect(codes(change)).toEqual(expected)
})

it('asks for what was skipped only where it is required, and after bad verdicts', () => {
  expect(codes({ outcome: 'skipped' })).toEqual(['bad 0 0', 'drifted 0 0', 'regressed 0 0', 'never 0 0'])
  expect(codes({ outcome: 'skipped' }, true)).toEqual(['bad 3 3', 'drifted 3 3', 'regressed 3 3', 'never 3 3'])
  const report = makeReport(makeVerdict({ outcome: 'skipped' }), makeVerdict({ caseId: 'b', outcome: 'fail' }))
  expect(decideExitCode(report, { failOn: 'bad', require: true }, null)).toBe(1)
})

it('is 0 for a shard that has nothing to do', () => {
  expect(decideExitCode(makeReport(), { failOn: 'bad', require: true }, null)).toBe(0)
})
