import type { Limits } from '../types.js'
import { waysEach, type Soaked } from '../run/soak.js'

/** Characters of the longest bar. */
const barWidth = 50

const isAlarm = ({ outcome }: Soaked): boolean => outcome !== 'pass' && outcome !== 'near-tie'

/** Comparisons that were not passed, though the engine is right. */
export const listAlarms = (soaked: readonly Soaked[]): Soaked[] => soaked.filter(isAlarm)

/** Value up to which a share of sorted values lies: the nearest rank; NaN of none. */
export const quantile = (sorted: readonly number[], share: number): number =>
  sorted.at(Math.min(sorted.length - 1, Math.max(0, Math.ceil(share * sorted.length) - 1))) ?? NaN

const shares = { least: 0, median: 0.5, p90: 0.9, p99: 0.99, 'p99.9': 0.999, largest: 1 } as const

/** Quantiles of each kind of error. */
export function summariseSoak(soaked: readonly Soaked[]): Record<string, Record<string, number>> {
  const kinds = {
    rms: soaked.map(({ rmsExcess }) => rmsExcess),
    max: soaked.map(({ maxExcess }) => maxExcess),
    cache: soaked.flatMap(({ cacheExcess }) => (cacheExcess === null ? [] : [cacheExcess])),
  }
  return Object.fromEntries(
    Object.entries(kinds).map(([kind, values]) => {
      const sorted = values.filter(Number.isFinite).sort((a, b) => a - b)
      return [kind, Object.fromEntries(Object.entries(shares).map(([name, share]) => [name, quantile(sorted, share)]))]
    }),
  )
}

/** Counts, quantiles and distributions, as Markdown that also reads well in a terminal. */
export function formatSoak(soaked: readonly Soaked[], limits: Limits, command: string, elapsedMs: number): string {
  const alarms = listAlarms(soaked)
  const ties = soaked.filter(({ outcome }) => outcome === 'near-tie').length
  const sets = new Set(soaked.map(({ caseId, prompts }) => `${caseId} ${JSON.stringify(prompts)}`)).size
  const checkpoints = new Set(soaked.map(({ caseId }) => caseId)).size
  const parts = [
    `\`${command}\`: ${soaked.length} comparisons: ${sets} sets of random prompts, each run in up to ${waysEach} ways, on the checkpoints of ${checkpoints} cases, in ${(elapsedMs / 60_000).toFixed(1)} minutes. **${alarms.length} false alarms**; ${ties} near ties.`,
    quantileTable(soaked),
    'Root-mean-square error of the logits, in multiples of the spread:',
    histogram(
      soaked.map(({ rmsExcess }) => rmsExcess),
      limits.rmsExcess,
    ),
    'Largest error of a logit, in multiples of the spread’s largest:',
    histogram(
      soaked.map(({ maxExcess }) => maxExcess),
      limits.maxExcess,
    ),
    ...alarms.map(describeAlarm),
  ]
  return `${parts.join('\n\n')}\n`
}

function quantileTable(soaked: readonly Soaked[]): string {
  const groups = new Map<string, Soaked[]>([['all', [...soaked]]])
  const add = (group: string, one: Soaked) => groups.set(group, [...(groups.get(group) ?? []), one])
  for (const count of [1, 2, 3])
    for (const one of soaked) if (one.prompts.length === count) add(count === 1 ? '1 prompt' : `${count} prompts`, one)
  for (const one of soaked) add(one.chunk === null ? 'prompts in one piece' : 'prompts in pieces', one)
  for (const one of soaked) add(one.threads === 1 ? '1 thread' : `${one.threads} threads`, one)
  const rows = [...groups].flatMap(([group, members]) => {
    const { rms, max, cache } = summariseSoak(members)
    const show = ({ median, p99, largest }: Record<string, number>) =>
      Number.isNaN(largest) ? '–' : `${median.toFixed(2)} / ${p99.toFixed(2)} / ${largest.toFixed(2)}`
    return [[group, String(members.length), show(rms), show(max), show(cache)]]
  })
  const head = ['comparisons', 'number', 'root-mean-square', 'largest error', 'cached against uncached']
  const table = [head, ...rows]
  const widths = head.map((_, i) => Math.max(...table.map((row) => row[i].length)))
  const line = (row: readonly string[]) => `| ${row.map((cell, i) => cell.padEnd(widths[i])).join(' | ')} |`
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`
  return `Median / 99th percentile / largest, in multiples of the spread:\n\n${[line(head), rule, ...rows.map(line)].join('\n')}`
}

/** Sixteen bins up to the limit, and one for what is beyond. */
export function histogram(values: readonly number[], limit: number): string {
  const bins = 16
  const counts = new Array<number>(bins + 1).fill(0)
  for (const value of values) counts[value <= limit ? Math.min(bins - 1, Math.floor((value / limit) * bins)) : bins]++
  const most = Math.max(...counts)
  const lines = counts.map((count, i) => {
    const from =
      i === bins ? `over ${limit}` : `${((i * limit) / bins).toFixed(2)}–${(((i + 1) * limit) / bins).toFixed(2)}`
    const bar = '█'.repeat(Math.ceil((count / most) * barWidth))
    return `${from.padStart(10)} ${String(count).padStart(6)} ${bar}`.trimEnd()
  })
  return ['```text', ...lines, '```'].join('\n')
}

const describeAlarm = ({ caseId, prompts, threads, chunk, reason }: Soaked): string =>
  `False alarm on ${caseId}, ${threads} threads, ${chunk === null ? 'in one piece' : `in pieces of ${chunk}`}: ${reason}\n\n${prompts.map((tokens) => `--tokens ${tokens.join()}`).join(' ')}`
