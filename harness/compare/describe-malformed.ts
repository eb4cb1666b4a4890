import type { TokenRow } from '../trace/token-rows.js'
import { roundingAboveZero, topCount } from './limits.js'

/**
 * What no row of log-probabilities can be, as a sentence about the engine; null of a sound row. Whether the values are
 * finite is for `findNonFinite` to say first, but nothing passes here that is not.
 */
export function describeMalformed({ tokens, values }: TokenRow, vocabulary: number): string | null {
  if (tokens === null) return null
  const enough = Math.min(topCount, vocabulary)
  if (tokens.length < enough)
    return `the engine gives ${tokens.length} candidates, where the top ${enough} are compared`
  for (const [index, token] of tokens.entries()) {
    if (!Number.isInteger(token) || token < 0 || token >= vocabulary)
      return `the engine names token ${token}, which is outside the vocabulary of ${vocabulary}`
    if (tokens.indexOf(token) !== index) return `the engine names token ${token} twice`
    // Written so that a NaN is reported.
    if (!(values[index] <= roundingAboveZero && values[index] > -Infinity))
      return `the engine gives token ${token} the log-probability ${values[index]}, which is none`
  }
  return null
}
