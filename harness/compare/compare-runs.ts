import type { Comparison, NearTie, Place, Prompt, Trace } from '../types.js'
import type { Measure } from './compare-logits.js'
import { tieGap } from './limits.js'
import { measureLogProbabilities, worstPlace } from './metrics.js'
import { describePlace } from './place.js'
import { comparePlaces, gapBetween, pairRows, predictingRow, type RowPair } from './rows.js'

/** The same prompts again, in another way that may not matter. */
export interface OtherRun {
  /** Completes `the engine gives something else …`. */
  readonly how: string
  readonly trace: Trace
}

interface Difference extends NearTie {
  readonly how: string
}

/**
 * An engine against itself: its first run, and the same prompts run in other ways. Tokens must be the same, but where
 * its own logits of the two are within the tolerance of a tie; rows under the same tokens must agree within the limits.
 * `metrics.bitEqual` is 1 where not a bit differs.
 */
export function compareRuns(
  aspect: 'deterministic' | 'chunks',
  measure: Measure,
  first: Trace,
  others: readonly OtherRun[],
): Comparison {
  const { limits, spread } = measure
  const runs = others.map((other) => ({ ...other, ...compareRun(measure.prompts, first, other) }))
  const absent = runs.flatMap(({ how, absent: missing }) => missing.map(({ what }) => `${how}: ${what}`))
  const differences = runs.flatMap((run) => run.differences)
  const wrong = differences.filter(({ gap }) => !(Math.abs(gap) <= tieGap(limits, spread))).sort(comparePlaces)
  const errors = runs.map(({ how, pairs }) => ({ how, pairs, ...measureLogProbabilities(pairs) }))
  const worst = errors.reduce((a, b) => (b.rms > a.rms || Number.isNaN(b.rms) ? b : a))
  const max = Math.max(...errors.map((error) => error.max))
  const needed = { rmsExcess: worst.rms / spread.rms, maxExcess: max / spread.max }
  const isWithin = needed.rmsExcess <= limits.rmsExcess && needed.maxExcess <= limits.maxExcess
  const passed = isWithin && wrong.length === 0 && absent.length === 0
  const frame = {
    aspect,
    passed,
    metrics: {
      runs: runs.length,
      rms: worst.rms,
      max,
      ...needed,
      bitEqual: max === 0 && differences.length === 0 ? 1 : 0,
    },
    needed: absent.length > 0 ? null : needed,
    nearTies: differences.filter((difference) => !wrong.includes(difference)).map(asTie),
  }
  if (passed) return frame
  if (absent.length > 0) return { ...frame, detail: absent.join('; ') }
  if (wrong.length > 0) {
    const [{ how, expected, actual, ...place }] = wrong
    const detail = `the engine gives something else ${how}: token ${actual} instead of ${expected} at ${describePlace(place)}`
    return { ...frame, first: placeOnly(place), detail }
  }
  const place = worstPlace(worst.pairs)
  const detail = `the engine gives something else ${worst.how}: by ${worst.max.toPrecision(2)} at ${describePlace(place)}`
  return { ...frame, first: place, detail }
}

function compareRun(prompts: readonly Prompt[], first: Trace, { how, trace }: OtherRun) {
  const { pairs, absent } = pairRows(prompts, first, trace)
  const forks = new Map(prompts.map(({ id }, i) => [id, forkOf(first, trace, i)]))
  const differences = prompts.flatMap(({ id }, i): Difference[] => {
    const step = forks.get(id) ?? -1
    const row = predictingRow(first, i, step)
    if (step === -1) return []
    const [expected, actual] = [first.generated[i][step], trace.generated[i][step]]
    return [
      { how, prompt: id, step, expected, actual, gap: row === undefined ? NaN : gapBetween(row, expected, actual) },
    ]
  })
  // Behind a fork the two saw other tokens. The row of step s comes from feeding token s − 1.
  const isUnderSameTokens = ({ place: { prompt, step } }: RowPair) => {
    const fork = forks.get(prompt) ?? -1
    return step === undefined || fork === -1 || step <= fork
  }
  return { pairs: pairs.filter(isUnderSameTokens), absent, differences }
}

/** The first step at which two runs chose another token; −1 where they did not, or where one was given its tokens. */
function forkOf(first: Trace, other: Trace, prompt: number): number {
  const chosen = other.generated.at(prompt)
  if (chosen === undefined || chosen.length === 0) return -1
  return first.generated[prompt].findIndex((token, step) => token !== chosen[step])
}

const asTie = ({ expected, actual, gap, ...place }: Difference): NearTie => ({
  ...placeOnly(place),
  expected,
  actual,
  gap,
})

const placeOnly = ({ prompt, position, step }: Place): Place => ({ prompt, position, step })
