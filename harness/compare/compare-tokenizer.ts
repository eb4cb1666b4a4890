import type { TokenizerObservation } from '../types.js'

export interface Count {
  readonly equal: number
  readonly total: number
}

/** The first place at which two tokenizers part. */
export interface TokenizerDifference {
  /** `text`: the ids of a text; `chat`: a chat as written, or its ids; `decode`: the ids of a text, back in text. */
  readonly kind: 'text' | 'chat' | 'decode'
  /** Of the text or of the chat, from 0. */
  readonly index: number
  /** Of the first token that differs, or of the first character (in UTF-16 units), from 0. */
  readonly position: number
  /** What stands there: a token id, or a character; `undefined` where one side has ended, or has no such item. */
  readonly expected: number | string | undefined
  readonly actual: number | string | undefined
}

export interface TokenizerComparison {
  /** A text is equal if its ids are, and what they decode to. */
  readonly texts: Count
  /** A chat is equal if it is written alike, and has the same ids. */
  readonly chats: Count
  /** The first difference: in the ids of the texts, else in what they decode to, else in the chats. */
  readonly first?: TokenizerDifference
}

/** Two tokenizers on the same texts and chats. An item that only one of them has counts as different. */
export function compareTokenizer(expected: TokenizerObservation, actual: TokenizerObservation): TokenizerComparison {
  const ids = compareLists('text', expected.ids, actual.ids)
  const decoded = compareLists('decode', expected.decoded, actual.decoded)
  const rendered = compareLists('chat', expected.rendered, actual.rendered)
  const chatIds = compareLists('chat', expected.chatIds, actual.chatIds)
  const first =
    firstOf(ids) ?? firstOf(decoded) ?? [firstOf(rendered), firstOf(chatIds)].sort(byIndex).find((found) => found)
  return { texts: countEqual(ids, decoded), chats: countEqual(rendered, chatIds), ...(first ? { first } : {}) }
}

type Item = string | readonly number[]
/** For each item the place where the two sides part, `undefined` where they are equal. */
type Differences = readonly (TokenizerDifference | undefined)[]

function compareLists(
  kind: TokenizerDifference['kind'],
  expected: readonly Item[],
  actual: readonly Item[],
): Differences {
  return Array.from({ length: Math.max(expected.length, actual.length) }, (_, index) => {
    const [left, right] = [expected[index], actual[index]]
    if (left === undefined || right === undefined) {
      return { kind, index, position: 0, expected: left?.[0], actual: right?.[0] }
    }
    const position = findDifference(left, right)
    return position === -1 ? undefined : { kind, index, position, expected: left[position], actual: right[position] }
  })
}

function findDifference(left: Item, right: Item): number {
  const length = Math.max(left.length, right.length)
  for (let position = 0; position < length; position++) if (left[position] !== right[position]) return position
  return -1
}

const firstOf = (differences: Differences) => differences.find((found) => found !== undefined)

const byIndex = (a?: TokenizerDifference, b?: TokenizerDifference) => (a?.index ?? Infinity) - (b?.index ?? Infinity)

function countEqual(one: Differences, other: Differences): Count {
  const total = Math.max(one.length, other.length)
  const equal = Array.from({ length: total }, (_, i) => i).filter(
    (i) => i < one.length && i < other.length && one[i] === undefined && other[i] === undefined,
  )
  return { equal: equal.length, total }
}
