import { topTokens } from '../trace/token-rows.js'
import type { Comparison, NearTie, Trace } from '../types.js'
import type { Measure } from './compare-logits.js'
import { tieGap, topCount } from './limits.js'
import { describePlace } from './place.js'
import { comparePlaces, gapBetween, pairRows, type RowPair } from './rows.js'

/** The five most likely tokens at every position, ids and order. An order that the reference cannot tell is a near tie. */
export function compareTopK(measure: Measure, reference: Trace, engine: Trace): Comparison {
  const { pairs, absent } = pairRows(measure.prompts, reference, engine)
  const gap = tieGap(measure.limits, measure.spread)
  const swaps = pairs.flatMap(swapsAt).sort(comparePlaces)
  const nearTies = swaps.filter((swap) => Math.abs(swap.gap) <= gap)
  const wrong = swaps.filter((swap) => !(Math.abs(swap.gap) <= gap))
  const wrongPlaces = new Set(wrong.map(({ prompt, position, step }) => `${prompt} ${position} ${step}`))
  const metrics = { positions: pairs.length, differing: wrongPlaces.size, nearTies: nearTies.length }
  const passed = wrong.length === 0 && absent.length === 0 && pairs.length > 0
  // The limits that turn the widest of the gaps into a near tie.
  const widest = swaps.reduce((max, swap) => Math.max(max, Math.abs(swap.gap)), 0)
  const needed = { rmsExcess: 0, maxExcess: widest / (2 * measure.spread.max) }
  if (passed) return { aspect: 'top-k', passed, metrics, needed, nearTies }
  const first = wrong.at(0)
  const detail =
    first === undefined
      ? absent.map(({ what }) => what).join('; ')
      : `the top ${topCount} differ at ${describePlace(first)}: token ${first.actual} stands where the reference has ${first.expected}, which leads by ${first.gap.toPrecision(3)}`
  return { aspect: 'top-k', passed, metrics, needed: first === undefined ? null : needed, nearTies, first, detail }
}

/** The ranks at which two rows name different tokens. */
function swapsAt({ place, rows: { expected, actual } }: RowPair): NearTie[] {
  const ours = topTokens(actual, topCount)
  return topTokens(expected, topCount).flatMap((token, rank) => {
    const other = ours[rank]
    return token === other
      ? []
      : [{ ...place, expected: token, actual: other, gap: gapBetween(expected, token, other) }]
  })
}
