import type { EvidenceUnit } from '../evidence.js'
import type { Comparison, Limits, Prompt, Spread, TokenCount, Trace } from '../types.js'
import { alignTraces, type EngineTraces } from './align-traces.js'
import { compareCache, compareLogits, type Measure } from './compare-logits.js'
import { compareTokens } from './compare-tokens.js'
import { compareTopK } from './compare-top-k.js'

export interface Judgement {
  readonly outcome: 'pass' | 'near-tie' | 'fail'
  readonly comparisons: readonly Comparison[]
  readonly tokens: TokenCount
  /** Root-mean-square error as a multiple of the spread. */
  readonly excess: number | null
  readonly reason: string
}

/** Compares what an engine gave for a case with the reference, and says in one sentence what came of it. */
export function judge(
  prompts: readonly Prompt[],
  reference: Trace,
  engine: EngineTraces,
  limits: Limits,
  spread: Spread,
  others: readonly Comparison[] = [],
): Judgement {
  const measure: Measure = { prompts, limits, spread }
  const aligned = alignTraces(reference, engine)
  const { truth, actual, uncached } = aligned
  const tokens = compareTokens(measure, truth, aligned)
  const logits = compareLogits(measure, truth, actual)
  const comparisons: Comparison[] = [logits, compareTopK(measure, truth, actual), tokens.comparison]
  if (uncached !== null) comparisons.push(compareCache(measure, uncached, actual))
  comparisons.push(...others)

  const failed = comparisons.filter(({ passed }) => !passed)
  const nearTies = comparisons.flatMap((comparison) => comparison.nearTies)
  const outcome = failed.length > 0 ? 'fail' : nearTies.length > 0 ? 'near-tie' : 'pass'
  const excess = logits.needed?.rmsExcess ?? null
  return {
    outcome,
    comparisons,
    tokens: tokens.count,
    excess,
    reason: explain(engine.form.unit, failed, comparisons, excess, tokens.count),
  }
}

function explain(
  unit: EvidenceUnit,
  failed: readonly Comparison[],
  all: readonly Comparison[],
  excess: number | null,
  tokens: TokenCount,
): string {
  if (failed.length > 0) {
    const [{ aspect, detail = `${aspect} out of bounds` }, ...rest] = failed
    return rest.length === 0 ? detail : `${detail}; also out of bounds: ${rest.map((other) => other.aspect).join(', ')}`
  }
  const error = `${unit} within ${(excess ?? 0).toPrecision(2)} × the spread`
  const equal = `${tokens.equal} of ${tokens.total} generated tokens equal${describeRepeats(all)}`
  const ties = all.flatMap(({ nearTies }) => nearTies)
  if (ties.length === 0) return `${error}, ${equal}`
  const [{ expected, actual, gap }] = ties
  const which = `tokens ${expected} and ${actual}, ${Math.abs(gap).toPrecision(2)} apart`
  const told = ties.length === 1 ? `1 near tie (${which})` : `${ties.length} near ties (the first: ${which})`
  return `${error}, ${equal}; ${told}, which ${whoCannotTell(all)} cannot tell apart`
}

/** Ties with the reference are judged by the reference's logits, those of an engine with itself by its own. */
function whoCannotTell(comparisons: readonly Comparison[]): string {
  const isOwn = ({ aspect }: Comparison) => aspect === 'deterministic' || aspect === 'chunks'
  const tied = comparisons.filter(({ nearTies }) => nearTies.length > 0)
  if (tied.every(isOwn)) return 'the engine itself'
  return tied.some(isOwn) ? 'the reference or the engine itself' : 'the reference itself'
}

/** How far an engine that was asked the same again is from itself, where it was. */
function describeRepeats(comparisons: readonly Comparison[]): string {
  const repeats = comparisons.find(({ aspect }) => aspect === 'deterministic')
  if (repeats === undefined) return ''
  const { bitEqual, max } = repeats.metrics
  return bitEqual === 1 ? ', run again equal in every bit' : `, run again it differs by at most ${max.toPrecision(2)}`
}
