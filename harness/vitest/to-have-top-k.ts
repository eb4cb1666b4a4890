import { ParityError } from '../errors.js'
import { topIndices } from '../trace/logits.js'

export interface TopKOptions {
  /** In logits; 0 by default. */
  readonly within?: number
}

/** The matcher of the same name. */
export function toHaveTopK(received: ArrayLike<number>, ids: readonly number[], { within = 0 }: TopKOptions = {}) {
  const row = Float64Array.from(received)
  checkIds(ids, row.length)
  const actual = topIndices(row, ids.length)
  const shown = (token: number) => `${token} (${row[token].toPrecision(6)})`
  const gap = (rank: number) => Math.abs(row[actual[rank]] - row[ids[rank]])
  const wrong = ids.findIndex((token, rank) => token !== actual[rank] && !(gap(rank) <= within))
  const bad = row.findIndex((logit) => !Number.isFinite(logit))
  const list = ids.join(', ')
  if (bad !== -1) return { pass: false, message: () => `the logit of token ${bad} is ${row[bad]}` }
  if (wrong === -1) return { pass: true, message: () => `the top ${ids.length} are ${list}, within ${within}` }
  return {
    pass: false,
    message: () =>
      `the top ${ids.length} differ at rank ${wrong}: token ${shown(actual[wrong])} stands where ${shown(ids[wrong])} is expected, ${gap(wrong).toPrecision(3)} behind, more than ${within}`,
    expected: ids,
    actual,
  }
}

function checkIds(ids: readonly number[], vocabulary: number): void {
  const bad = ids.find((id, i) => !Number.isInteger(id) || id < 0 || id >= vocabulary || ids.indexOf(id) !== i)
  if (ids.length > 0 && bad === undefined) return
  throw new ParityError(
    'PARITY_USAGE',
    ids.length === 0 ? 'toHaveTopK was given no ids' : `toHaveTopK was given the id ${bad}`,
    `Give different ids below ${vocabulary}, the highest logit first.`,
  )
}
