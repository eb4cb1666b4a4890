import { topTokens, valueOf, type TokenRow } from '../trace/token-rows.js'
import type { Comparison, NearTie, Prompt, TokenCount, Trace } from '../types.js'
import type { AlignedTraces } from './align-traces.js'
import type { Measure } from './compare-logits.js'
import { tieGap, tolerance } from './limits.js'
import { largestError } from './metrics.js'
import { describePlace } from './place.js'
import { alignRows, firstPlace, gapBetween, predictingRow } from './rows.js'

export interface TokenComparison {
  readonly comparison: Comparison
  readonly count: TokenCount
}

/**
 * Greedy generation, token by token. Behind the first difference of a prompt the engine was given the reference's
 * tokens (`forced`), so that the later steps are compared too.
 *
 * @param actual the engine under the reference's tokens, as far as it was
 * @param own the engine's own generation
 * @param forced the engine under the reference's tokens, for prompts whose generation differs; else null
 */
export function compareTokens(
  measure: Measure,
  reference: Trace,
  { actual, own, forced }: Pick<AlignedTraces, 'actual' | 'own' | 'forced'>,
): TokenComparison {
  const gap = tieGap(measure.limits, measure.spread)
  const swaps: NearTie[] = []
  let [total, equal] = [0, 0]
  for (const [i, prompt] of measure.prompts.entries()) {
    const expected = reference.generated[i]
    total += expected.length
    const { compared, differing } = compareGeneration(i, prompt, reference, own, forced)
    equal += compared - differing.length
    swaps.push(...differing)
  }
  const nearTies = swaps.filter((swap) => Math.abs(swap.gap) <= gap)
  const wrong = swaps.filter((swap) => !(Math.abs(swap.gap) <= gap))
  const count = { total, equal, nearTie: nearTies.length, diverged: wrong.length }
  const steps = countSteps(measure, reference, actual)
  const passed = wrong.length === 0
  const widest = swaps.reduce((max, swap) => Math.max(max, Math.abs(swap.gap)), 0)
  const comparison = {
    aspect: 'tokens' as const,
    passed,
    metrics: { ...count, ...steps },
    needed: { rmsExcess: 0, maxExcess: widest / (2 * measure.spread.max) },
    nearTies,
  }
  const first = firstPlace(wrong)
  if (first === undefined) return { comparison, count }
  const index = measure.prompts.findIndex(({ id }) => id === first.prompt)
  const told = steps.compared === 0 ? '' : `; ${steps.withinLimits} of ${steps.compared} steps within limits`
  const how = describeSwap(predictingRow(reference, index, first.step ?? 0), first)
  const detail = `generation diverges at ${describePlace(first)}: ${how}${told}`
  return { comparison: { ...comparison, first, detail }, count }
}

/**
 * One prompt: how many of its steps were compared, and those at which the engine would choose another token than the
 * reference did. Of a step for which the engine gave no row under the reference's tokens nothing is known.
 */
function compareGeneration(
  index: number,
  prompt: Prompt,
  reference: Trace,
  own: Trace,
  forced: Trace | null,
): { compared: number; differing: NearTie[] } {
  const expected = reference.generated[index]
  const fork = expected.findIndex((token, step) => token !== own.generated[index][step])
  if (fork === -1) return { compared: expected.length, differing: [] }
  const at = (step: number, token: number): NearTie => {
    const row = predictingRow(reference, index, step)
    const gap = row === undefined ? NaN : gapBetween(row, expected[step], token)
    return { prompt: prompt.id, step, expected: expected[step], actual: token, gap }
  }
  const later = expected.flatMap((_, step) => {
    const row = forced === null || step <= fork ? undefined : predictingRow(forced, index, step)
    return row === undefined ? [] : [{ step, token: topTokens(row, 1)[0] }]
  })
  const differing = later.filter(({ step, token }) => token !== expected[step])
  return {
    compared: fork + 1 + later.length,
    differing: [at(fork, own.generated[index][fork]), ...differing.map(({ step, token }) => at(step, token))],
  }
}

/** Steps whose logits both sides have, under the reference's tokens, and those of them that are within the tolerance. */
function countSteps({ prompts, limits, spread }: Measure, reference: Trace, actual: Trace) {
  const bound = tolerance(limits, spread)
  const counts = { compared: 0, withinLimits: 0 }
  for (const i of prompts.keys()) {
    for (const step of reference.generated[i].keys()) {
      const [ours, theirs] = [predictingRow(reference, i, step), predictingRow(actual, i, step)]
      if (ours === undefined || theirs === undefined) continue
      const shared = alignRows(ours, theirs)
      counts.compared++
      if (largestError(shared.expected, shared.actual) <= bound) counts.withinLimits++
    }
  }
  return counts
}

/** What the reference makes of two tokens, where it has a row there and the engine's is one of its vocabulary. */
function describeSwap(row: TokenRow | undefined, { expected, actual, gap }: NearTie): string {
  const vocabulary = row?.tokens === null ? row.values.length : Infinity
  if (actual >= vocabulary)
    return `token ${actual}, which is outside the vocabulary of ${vocabulary}, instead of ${expected}`
  if (row === undefined) return `token ${actual} instead of ${expected}`
  return `token ${actual} (rank ${rankOf(row, actual)} in the reference) instead of ${expected}, which leads by ${gap.toPrecision(3)}`
}

/** How many tokens a row holds to be likelier than one, and 1. */
function rankOf(row: TokenRow, token: number): number {
  const bound = valueOf(row, token)
  return 1 + Array.from(row.values).filter((value) => value > bound).length
}
