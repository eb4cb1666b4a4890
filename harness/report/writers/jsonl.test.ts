import { expect, it } from 'vitest'
import { everyOutcome } from '../every-outcome.fixture.js'
import { makeVerdict } from '../report.fixture.js'
import { formatEnd, formatReached, formatStart } from './jsonl.js'

const startedAt = new Date('2026-11-24T08:00:00Z')

it('begins with what the run has to do', () => {
  const start = {
    toolVersion: '1.2.3',
    command: 'parity run',
    startedAt,
    cells: ['a on b'],
    shard: null,
    leftToNightly: 1,
  }
  const { platform, ...line } = JSON.parse(formatStart(start)) as Record<string, unknown>
  expect(Object.keys(platform as object)).toEqual(Object.keys(everyOutcome().platform))
  expect(line).toEqual({ type: 'start', version: 1, ...start, startedAt: '2026-11-24T08:00:00.000Z' })
})

it('has a line for each verdict, whatever text is in it', () => {
  const verdict = makeVerdict({ excess: NaN, reason: 'a\nb\u2028\r' })
  const line = formatReached({ cell: 'a on b', verdict }, startedAt)
  expect(/[\r\n]/.exec(line)).toBe(null)
  expect(JSON.parse(line)).toEqual({
    type: 'verdict',
    cell: 'a on b',
    at: '2026-11-24T08:00:00.000Z',
    verdict: { ...verdict, excess: 'NaN' },
  })
})

it('ends with the report, but for the verdicts', () => {
  const { report } = JSON.parse(formatEnd(everyOutcome())) as { report: object }
  expect('verdicts' in report).toBe(false)
  expect({ ...report, verdicts: everyOutcome().verdicts }).toEqual(everyOutcome())
})
