import { arch, cpus, platform, release, totalmem } from 'node:os'
import { outcomes, type Outcome, type Verdict } from '../types.js'

/** All verdicts of a run, with what they stand on. */
export interface Report {
  readonly version: 1
  readonly tool: { readonly name: 'transformers-parity'; readonly version: string }
  readonly command: string
  readonly startedAt: string
  readonly elapsedMs: number
  readonly platform: {
    readonly os: string
    readonly arch: string
    readonly node: string
    readonly processor: string
    readonly threads: number
    readonly memoryBytes: number
  }
  readonly summary: Readonly<Record<Outcome, number>>
  /** How many verdicts cases leave to the nightly run. */
  readonly leftToNightly: number
  /** Accepted verdicts of the baseline that no case gives any more. */
  readonly gone: readonly GoneVerdict[]
  readonly shard: Shard | null
  readonly verdicts: readonly Verdict[]
}

/** An accepted verdict whose case or engine is gone. */
export interface GoneVerdict {
  readonly caseId: string
  readonly engine: string
  readonly outcome: Outcome
}

/** Part `index` (from 1) of `total` of a run; `cells` has the names of the cells of each part. */
export interface Shard {
  readonly index: number
  readonly total: number
  readonly cells: readonly (readonly string[])[]
}

export interface RunFacts {
  readonly toolVersion: string
  readonly command: string
  readonly startedAt: Date
  readonly elapsedMs: number
  readonly gone?: readonly GoneVerdict[]
  readonly shard?: Shard | null
}

/** Verdicts stand in the order of cases and engines, whichever finished first. */
export function buildReport(verdicts: readonly Verdict[], leftToNightly: number, facts: RunFacts): Report {
  const processors = cpus()
  return {
    version: 1,
    tool: { name: 'transformers-parity', version: facts.toolVersion },
    command: facts.command,
    startedAt: facts.startedAt.toISOString(),
    elapsedMs: Math.round(facts.elapsedMs),
    platform: {
      os: `${platform()} ${release()}`,
      arch: arch(),
      node: process.versions.node,
      processor: processors.at(0)?.model ?? 'unknown',
      threads: processors.length,
      memoryBytes: totalmem(),
    },
    summary: summarise(verdicts),
    leftToNightly,
    gone: facts.gone ?? [],
    shard: facts.shard ?? null,
    verdicts: [...verdicts].sort((a, b) => compareText(a.caseId, b.caseId) || compareText(a.engine, b.engine)),
  }
}

/** The report of some of its verdicts alone. */
export function keepVerdicts(report: Report, isKept: (verdict: Verdict) => boolean): Report {
  const verdicts = report.verdicts.filter(isKept)
  return { ...report, verdicts, summary: summarise(verdicts) }
}

const summarise = (verdicts: readonly Verdict[]) =>
  Object.fromEntries(
    outcomes.map((outcome) => [outcome, verdicts.filter((verdict) => verdict.outcome === outcome).length]),
  ) as Record<Outcome, number>

const compareText = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)

/** Outcomes that are bad news. */
const bad: readonly Outcome[] = ['fail', 'error', 'fixed']

/** Whether a verdict fails a run; what regressed does so, whatever its outcome. */
export const isBad = ({ outcome, change }: Pick<Verdict, 'outcome' | 'change'>): boolean =>
  bad.includes(outcome) || change === 'regressed'
