/** Outputs of a step, as GitHub reads them from the file `$GITHUB_OUTPUT`. */
import { randomUUID } from 'node:crypto'
import type { Report } from '../report/build.js'
import { outcomes, type Verdict } from '../types.js'

/**
 * Lines for `$GITHUB_OUTPUT`. Each value stands between delimiters that it cannot know beforehand, so that no value
 * begins another output.
 */
export function formatOutputs(outputs: Readonly<Record<string, string | number>>): string {
  return Object.entries(outputs)
    .map(([name, value]) => {
      const delimiter = `parity-${randomUUID()}`
      return `${name}<<${delimiter}\n${value}\n${delimiter}\n`
    })
    .join('')
}

/** How many verdicts there are of each outcome, and of each change since the baseline. */
export function countVerdicts({ verdicts, gone }: Report): Record<string, number> {
  const count = (is: (verdict: Verdict) => boolean) => verdicts.filter(is).length
  return {
    total: verdicts.length,
    ...Object.fromEntries(outcomes.map((outcome) => [outcome, count((verdict) => verdict.outcome === outcome)])),
    infrastructure: count(({ fault }) => fault === 'infrastructure'),
    regressed: count(({ change }) => change === 'regressed'),
    drifted: count(({ change }) => change === 'drifted'),
    recovered: count(({ change }) => change === 'fixed'),
    new: count(({ change }) => change === 'new'),
    gone: gone.length,
  }
}
