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
    const fork = expected.findIndex((token, step) => token !== own.generated[i][step])
    const compared = fork === -1 || forced !== null ? expected.length : fork + 1
    const differing = fork === -1 ? [] : differences(i, prompt, fork, reference, own, forced)
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
  const rank = rankOf(predicting(reference, index, first.step ?? 0), first.actual)
  const detail = `generation diverges at ${describePlace(first)}: token ${first.actual} (rank ${rank} in the reference) instead of ${first.expected}, which leads by ${first.gap.toPrecision(3)}${told}`
  return { comparison: { ...comparison, first, detail }, count }
}

/** Every step from the first difference on at which the engine would choose another token than the reference did. */
function differences(
  index: number,
  prompt: Prompt,
  fork: number,
  reference: Trace,
  own: Trace,
  forced: Trace | null,
): NearTie[] {
  const expected = reference.generated[index]
  const at = (step: number, token: number): NearTie => {
    const gap = gapBetween(predicting(reference, index, step), expected[step], token)
    return { prompt: prompt.id, step, expected: expected[step], actual: token, gap }
  }
  const later = forced === null ? [] : expected.map((_, step) => topTokens(predicting(forced, index, step), 1)[0])
  return [
    at(fork, own.generated[index][fork]),
    ...later.flatMap((token, step) => (step > fork && token !== expected[step] ? [at(step, token)] : [])),
  ]
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

/** How many tokens a row holds to be likelier than one, and 1. */
function rankOf(row: TokenRow, token: number): number {
  const bound = valueOf(row, token)
  return 1 + Array.from(row.values).filter((value) => value > bound).length
}

function predicting(trace: Trace, prompt: number, step: number): TokenRow {
  const row = predictingRow(trace, prompt, step)
  if (row === undefined) throw new Error(`the trace holds no logits for token ${step} of prompt ${prompt}`)
  return row
}
