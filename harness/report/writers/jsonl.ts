import { spellNonFinite } from '../../spell-non-finite.js'
import { buildReport, type Report } from '../build.js'
import type { MakeReporter, Reached, RunStart } from '../reporter.js'

/** `verdicts.jsonl`: each verdict is on disk before the run goes on, so that a kill loses none. */
export const makeReporter: MakeReporter = ({ append }) => {
  const add = (line: string) => append('verdicts.jsonl', line)
  return {
    name: 'jsonl',
    onStart: (start) => add(formatStart(start)),
    onVerdict: (reached) => add(formatReached(reached, new Date())),
    onEnd: async (report) => {
      await add(formatEnd(report))
      return []
    },
  }
}

/** The first line: what the run has to do, and on what machine. */
export function formatStart({ startedAt, ...start }: RunStart): string {
  const { platform } = buildReport([], 0, { ...start, startedAt, elapsedMs: 0 })
  return JSON.stringify({ type: 'start', version: 1, ...start, startedAt: startedAt.toISOString(), platform })
}

/** A line for each verdict, and when it was reached. */
export const formatReached = ({ cell, verdict }: Reached, at: Date): string =>
  JSON.stringify({ type: 'verdict', cell, at: at.toISOString(), verdict }, spellNonFinite)

/** The last line: the report, but for its verdicts. */
export const formatEnd = (report: Report): string =>
  JSON.stringify({ type: 'end', report: { ...report, verdicts: undefined } })
