import type { Evidence } from '../evidence.js'
import type { Prompt, Trace } from '../types.js'
import { roundTo } from './round-to.js'
import { pairRows } from './rows.js'

const worstCount = 20
const spreadOutCount = 100
const digits = 5

/** The golden ratio's fractional part: its multiples modulo 1 fill the interval evenly, and in step with no vocabulary. */
const golden = (Math.sqrt(5) - 1) / 2

/**
 * Pairs of logits out of every prompt position and decoding step, in the order of the reference's: the 20 with the
 * largest errors, and 100 spread evenly over all. The same traces give the same sample.
 */
export function sampleLogits(prompts: readonly Prompt[], truth: Trace, actual: Trace): Evidence['scatter'] {
  const { pairs } = pairRows(prompts, truth, actual)
  const ends: number[] = []
  let total = 0
  for (const { expected } of pairs) ends.push((total += expected.length))

  const worst: { readonly at: number; readonly error: number }[] = []
  pairs.forEach((pair, row) => {
    const start = ends[row] - pair.expected.length
    pair.expected.forEach((logit, i) => {
      const error = Math.abs(pair.actual[i] - logit)
      if (worst.length === worstCount && error <= worst[worstCount - 1].error) return
      const rank = worst.findIndex((other) => !(error <= other.error))
      worst.splice(rank === -1 ? worst.length : rank, 0, { at: start + i, error })
      if (worst.length > worstCount) worst.pop()
    })
  })

  const chosen = new Set(worst.map(({ at }) => at))
  for (let k = 1; k <= spreadOutCount && chosen.size < total; k++) chosen.add(Math.floor(((k * golden) % 1) * total))
  return [...chosen]
    .map((at): [number, number] => {
      const row = ends.findIndex((end) => at < end)
      const { expected, actual: ours } = pairs[row]
      const i = at - (ends[row] - expected.length)
      return [roundTo(expected[i], digits), roundTo(ours[i], digits)]
    })
    .sort(([a], [b]) => a - b)
}
