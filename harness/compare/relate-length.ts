/** What a number of tokens has to do with a model, as the halves of sentences: `one more than the sliding window of 8`. */

export interface LengthFacts {
  /** The shortest prompt that fails. */
  readonly tokens: readonly number[]
  /** Null of a model without sliding layers. */
  readonly slidingWindow: number | null
}

/** The relations that hold, the most telling first; none where the length tells nothing. */
export function relateLength({ tokens, slidingWindow }: LengthFacts): string[] {
  const { length } = tokens
  if (length === 1) return ['the first token already, where there is nothing yet to attend to but itself']
  const relations = [
    describeWindow(length, slidingWindow),
    length === 2 ? 'the first position that is turned by an angle, and that attends to another' : null,
    isPowerOfTwo(length - 1) && length - 1 !== slidingWindow && length > 4 ? `one more than ${length - 1}` : null,
  ].filter((relation) => relation !== null)
  const last = tokens[length - 1]
  // Hardly worth a word where the length itself says something.
  return relations.length > 0 || tokens.indexOf(last) < length - 1
    ? relations
    : [`its last token, ${last}, does not stand before`]
}

function describeWindow(length: number, window: number | null): string | null {
  if (window === null) return null
  if (length === window) return 'as long as the sliding window'
  if (length === window + 1) return `one more than the sliding window of ${window}`
  if (length === window + 2) return `two more than the sliding window of ${window}`
  return null
}

const isPowerOfTwo = (value: number) => value > 0 && (value & (value - 1)) === 0
