/** Words for a whole report that several writers share. */
import { changes, outcomes, type Verdict } from '../../types.js'
import { isFinding } from '../baseline.js'
import type { Report } from '../build.js'
import { formatSeconds, isUnjudged } from './describe-verdict.js'
import { showLine } from './show-text.js'

/** `3 pass, 1 near-tie, 1 not judged`: faults of the machine are apart from errors of engines. */
export function describeCounts({ verdicts }: Report): string {
  const judged = verdicts.filter((verdict) => !isUnjudged(verdict))
  const unjudged = verdicts.length - judged.length
  const counts = [
    ...outcomes.map((name) => [judged.filter(({ outcome }) => outcome === name).length, name] as const),
    [unjudged, 'not judged'] as const,
  ]
  return joinCounts(counts) || 'no verdicts'
}

/** `1 regressed, 2 new, 1 gone`, or nothing. */
export function describeChanges({ verdicts, gone }: Report): string {
  const counts = changes.map((name) => [verdicts.filter(({ change }) => change === name).length, name] as const)
  return joinCounts([...counts, [gone.length, 'gone']])
}

const joinCounts = (counts: readonly (readonly [count: number, name: string])[]) =>
  counts
    .filter(([count]) => count > 0)
    .map(([count, name]) => `${count} ${name}`)
    .join(', ')

/** How many engines were found equal, of all that something was found out about. */
export function countGood(verdicts: readonly Verdict[]): { readonly good: number; readonly found: number } {
  const found = verdicts.filter(isFinding)
  return {
    good: found.filter(({ outcome }) => outcome === 'pass' || outcome === 'near-tie').length,
    found: found.length,
  }
}

/** `against transformers@5.23.0/float64, recorded in 61.2 s` */
export const describeRun = (report: Report): string =>
  `against ${nameReferences(report)} in ${formatSeconds(report.elapsedMs)}`

/** `transformers@5.23.0/float64, recorded` */
export const nameReferences = ({ verdicts }: Report): string =>
  [...new Set(verdicts.map(({ reference }) => showLine(reference)))].join('; ')

/** Version and adapter of each engine, as far as they are known: `mlx-lm:metal/bfloat16 is version 0.31.2 on Apple M4`. */
export function describeEngines(verdicts: readonly Verdict[]): string[] {
  const lines = verdicts.flatMap(({ engine, engineVersion, adapter, software }) => {
    if (engineVersion === null) return []
    const kind = software ? ', a software adapter' : ''
    // What has no device, as the tokenizer, has no adapter.
    const on = engine.includes(':') ? ` on ${showLine(adapter ?? 'an adapter that did not tell its name')}${kind}` : ''
    return [`${showLine(engine)} is version ${showLine(engineVersion)}${on}`]
  })
  return [...new Set(lines)]
}
