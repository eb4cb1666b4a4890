import type { Comparison, Limits, Place, Prompt, Spread, Trace } from '../types.js'
import { tolerance } from './limits.js'
import { largestError, measureLogits, measureLogProbabilities, worstPlace } from './metrics.js'
import { describePlace } from './place.js'
import { firstPlace, pairRows, type RowPair } from './rows.js'

/** Two traces and what an error is measured against. */
export interface Measure {
  readonly prompts: readonly Prompt[]
  readonly limits: Limits
  readonly spread: Spread
}

/** Every logit of every prompt position and decoding step, or what log-probabilities there are, against the reference's. */
export function compareLogits(measure: Measure, reference: Trace, engine: Trace): Comparison {
  return compareRows('logits', measure, reference, engine)
}

/** An engine against itself: what it computes through its KV cache, and in one pass without. */
export function compareCache(measure: Measure, uncached: Trace, cached: Trace): Comparison {
  return compareRows('cache', measure, uncached, cached)
}

function compareRows(aspect: 'logits' | 'cache', measure: Measure, expected: Trace, actual: Trace): Comparison {
  const { limits, spread } = measure
  const { pairs, absent } = pairRows(measure.prompts, expected, actual)
  if (absent.length > 0 || pairs.length === 0) {
    const detail = absent.map(({ what }) => what).join('; ')
    return {
      aspect,
      passed: false,
      metrics: {},
      needed: null,
      nearTies: [],
      detail: detail === '' ? 'no logits to compare' : detail,
    }
  }
  const isWhole = pairs.every(({ tokens }) => tokens === null)
  const errors = isWhole ? measureLogits(pairs) : measureLogProbabilities(pairs)
  const needed = { rmsExcess: errors.rms / spread.rms, maxExcess: errors.max / spread.max }
  // Written so that a NaN fails.
  const passed = needed.rmsExcess <= limits.rmsExcess && needed.maxExcess <= limits.maxExcess
  const metrics = { ...errors, ...needed }
  if (passed) return { aspect, passed, metrics, needed, nearTies: [] }
  // Where every position is within the tolerance and only the pooled error is not: the position that errs most.
  const first = firstBeyond(pairs, tolerance(limits, spread)) ?? worstPlace(pairs)
  const detail = `${describe(aspect, isWhole)} by ${describeError(pairs, first)} at ${describePlace(first)}, and by ${factor(needed.rmsExcess)} × the spread over the case`
  return { aspect, passed, metrics, needed, nearTies: [], first, detail }
}

function describe(aspect: 'logits' | 'cache', isWhole: boolean): string {
  const what = isWhole ? 'logits' : 'log-probabilities'
  return aspect === 'logits'
    ? `${what} differ from the reference`
    : `${what} through the KV cache differ from those of one uncached pass`
}

const firstBeyond = (pairs: readonly RowPair[], bound: number): Place | undefined =>
  firstPlace(
    pairs.filter(({ expected, actual }) => !(largestError(expected, actual) <= bound)).map(({ place }) => place),
  )

function describeError(pairs: readonly RowPair[], place: Place): string {
  const pair = pairs.find((candidate) => candidate.place === place)
  return pair === undefined ? 'an unknown amount' : largestError(pair.expected, pair.actual).toPrecision(2)
}

/** A multiple, in two or more digits. */
const factor = (value: number): string => (value < 10 ? value.toPrecision(2) : value.toFixed(0))
