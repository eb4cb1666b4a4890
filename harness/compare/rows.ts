import { readRows, valueOf, type RowPart, type RowTable, type TokenRow } from '../trace/token-rows.js'
import type { Place, Prompt, Trace } from '../types.js'
import { describeMalformed } from './describe-malformed.js'
import { topCount } from './limits.js'
import { describePlace } from './place.js'

export type Row = Float64Array | Float32Array

/**
 * The values that two traces have at one place, of the tokens that both name, in one order: `tokens` is null of whole
 * rows, whose indices are the tokens.
 */
export interface RowPair {
  readonly place: Place
  readonly tokens: readonly number[] | null
  readonly expected: Row
  readonly actual: Row
  /** All that either side has there. */
  readonly rows: { readonly expected: TokenRow; readonly actual: TokenRow }
}

/** Something that a trace should hold and does not. */
export interface Absent {
  readonly what: string
}

/**
 * The rows of `actual` beside those of `expected`: every prompt position, then every decoding step, prompt by prompt.
 * A tensor without a partner, or of another shape, and a row that holds nonsense are `Absent`: they fail, they are not
 * passed over.
 */
export function pairRows(
  prompts: readonly Prompt[],
  expected: Trace,
  actual: Trace,
): { pairs: RowPair[]; absent: Absent[] } {
  const pairs: RowPair[] = []
  const absent: Absent[] = []
  for (const [i, prompt] of prompts.entries()) {
    for (const part of ['logits', 'decode.logits'] as const) {
      const [a, b] = [readFilled(expected, i, part), readFilled(actual, i, part)]
      const problem = mismatch(a, b)
      if (problem !== null) absent.push({ what: `${part} of prompt '${prompt.id}': ${problem}` })
      else if (a !== undefined && b !== undefined) {
        for (let row = 0; row < a.rows; row++) {
          const pair = pairRow(placeOf(prompt, part, row, a.rows), a.at(row), b.at(row))
          if ('what' in pair) absent.push(pair)
          else pairs.push(pair)
        }
      }
    }
  }
  return { pairs, absent }
}

/** Where one token is generated there are no decoding steps: a table without rows is as good as none, whatever its width. */
function readFilled(trace: Trace, prompt: number, part: RowPart): RowTable | undefined {
  const table = readRows(trace, prompt, part)
  return table?.rows === 0 ? undefined : table
}

function mismatch(expected: RowTable | undefined, actual: RowTable | undefined): string | null {
  if (expected === undefined) return actual === undefined ? null : 'the reference has none'
  if (actual === undefined) return 'the engine gave none'
  const isSparse = expected.isSparse || actual.isSparse
  if (expected.rows === actual.rows && (isSparse || expected.columns === actual.columns)) return null
  const shape = ({ rows, columns }: RowTable) =>
    isSparse ? `${rows} ${rows === 1 ? 'row' : 'rows'}` : `[${rows}, ${columns}]`
  return `the reference has ${shape(expected)}, the engine ${shape(actual)}`
}

/** Where a row stands. Of a prompt with fewer rows than positions, they are the last ones. */
export function placeOf({ id, tokens }: Prompt, part: RowPart, row: number, rows: number): Place {
  // Row r of the decoding logits comes from feeding token r, and predicts token r + 1.
  if (part === 'decode.logits') return { prompt: id, step: row + 1 }
  return { prompt: id, position: Math.max(0, tokens.length - rows) + row }
}

function pairRow(place: Place, expected: TokenRow, actual: TokenRow): RowPair | Absent {
  const vocabulary = expected.tokens === null ? expected.values.length : Infinity
  const problem = describeMalformed(actual, vocabulary) ?? describeMalformed(expected, vocabulary)
  if (problem !== null) return { what: `${problem}, at ${describePlace(place)}` }
  const shared = alignRows(expected, actual)
  if (shared.expected.length >= Math.min(topCount, vocabulary)) return { place, ...shared, rows: { expected, actual } }
  return { what: `the rows at ${describePlace(place)} have only ${shared.expected.length} tokens in common` }
}

/** What two rows have of the tokens that both name. Whole rows are taken as they are, whatever their lengths. */
export function alignRows(expected: TokenRow, actual: TokenRow): Pick<RowPair, 'tokens' | 'expected' | 'actual'> {
  const [ours, theirs] = [expected.tokens, actual.tokens]
  if (ours === null && theirs === null) return { tokens: null, expected: expected.values, actual: actual.values }
  const tokens =
    ours === null ? (theirs ?? []) : theirs === null ? ours : ours.filter((token) => theirs.includes(token))
  const of = (row: TokenRow) => Float64Array.from(tokens, (token) => valueOf(row, token))
  return { tokens, expected: of(expected), actual: of(actual) }
}

/** Orders places: prompt positions before decoding steps, small before large, whichever prompt they belong to. */
export function comparePlaces(a: Place, b: Place): number {
  const rank = ({ position, step }: Place) => position ?? 1e9 + (step ?? 0)
  return rank(a) - rank(b)
}

/** The first place of all, or undefined of none. */
export const firstPlace = <T extends Place>(places: readonly T[]): T | undefined =>
  [...places].sort(comparePlaces).at(0)

/** The row from which generated token `step` of a prompt is chosen, where a trace has one. */
export function predictingRow(trace: Trace, prompt: number, step: number): TokenRow | undefined {
  const table = readRows(trace, prompt, step === 0 ? 'logits' : 'decode.logits')
  if (table === undefined) return undefined
  const row = step === 0 ? table.rows - 1 : step - 1
  return row >= 0 && row < table.rows ? table.at(row) : undefined
}

/** By how much a row prefers one token to another. */
export const gapBetween = (row: TokenRow, token: number, other: number): number =>
  valueOf(row, token) - valueOf(row, other)
