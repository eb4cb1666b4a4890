import type { Comparison, Limits, Prompt, Spread, TokenCount, Trace } from '../types.js'
import { compareCache, compareLogits, type Measure } from './compare-logits.js'
import { compareTokens } from './compare-tokens.js'
import { compareTopK } from './compare-top-k.js'

/** What an engine gave for a case. */
export interface EngineTraces {
  /** Its own cached generation. */
  readonly own: Trace
  /** Under the reference's tokens, where its own generation went elsewhere. */
  readonly forced: Trace | null
  /** One uncached pass over prompts and the reference's tokens, where it can do that. */
  readonly uncached: Trace | null
}

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
): Judgement {
  const measure: Measure = { prompts, limits, spread }
  const aligned = alignTraces(reference, engine)
  const tokens = compareTokens(measure, reference, engine.own, engine.forced)
  const logits = compareLogits(measure, reference, aligned)
  const comparisons: Comparison[] = [logits, compareTopK(measure, reference, aligned), tokens.comparison]
  if (engine.uncached !== null) comparisons.push(compareCache(measure, engine.uncached, aligned))

  const failed = comparisons.filter(({ passed }) => !passed)
  const nearTies = comparisons.flatMap((comparison) => comparison.nearTies)
  const outcome = failed.length > 0 ? 'fail' : nearTies.length > 0 ? 'near-tie' : 'pass'
  const excess = logits.needed?.rmsExcess ?? null
  return {
    outcome,
    comparisons,
    tokens: tokens.count,
    excess,
    reason: explain(failed, comparisons, excess, tokens.count),
  }
}

/** The engine's own trace, but the forced one for each prompt whose generation went elsewhere. */
export function alignTraces(reference: Trace, { own, forced }: EngineTraces): Trace {
  const follows = own.generated.map((tokens, i) =>
    tokens.every((token, step) => token === reference.generated[i][step]),
  )
  return {
    ...own,
    tensor: (name) => {
      const prompt = Number(name.slice(0, name.indexOf('.')))
      return follows[prompt] ? own.tensor(name) : (forced ?? own).tensor(name)
    },
  }
}

function explain(
  failed: readonly Comparison[],
  all: readonly Comparison[],
  excess: number | null,
  tokens: TokenCount,
): string {
  if (failed.length > 0) {
    const [{ aspect, detail = `${aspect} out of bounds` }, ...rest] = failed
    return rest.length === 0 ? detail : `${detail}; also out of bounds: ${rest.map((other) => other.aspect).join(', ')}`
  }
  const error = `logits within ${(excess ?? 0).toPrecision(2)} × the spread`
  const equal = `${tokens.equal} of ${tokens.total} generated tokens equal`
  const ties = all.flatMap(({ nearTies }) => nearTies)
  if (ties.length === 0) return `${error}, ${equal}`
  const [{ expected, actual, gap }] = ties
  const which = `tokens ${expected} and ${actual}, ${Math.abs(gap).toPrecision(2)} apart`
  const told = ties.length === 1 ? `1 near tie (${which})` : `${ties.length} near ties (the first: ${which})`
  return `${error}, ${equal}; ${told}, which the reference itself cannot tell apart`
}
