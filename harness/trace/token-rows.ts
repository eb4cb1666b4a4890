/** What a source gave of the tokens at one place: a value for the whole vocabulary, or for its most likely tokens. */
import type { Trace } from '../types.js'
import { topIndices } from './logits.js'
import { rowOf } from './matrix.js'

/** `tokens` is null of a whole row, whose indices are the tokens. */
export interface TokenRow {
  readonly tokens: readonly number[] | null
  readonly values: Float64Array | Float32Array
}

/** Rows of a prompt's positions, and of its decoding steps. */
export type RowPart = 'logits' | 'decode.logits'

export interface RowTable {
  readonly rows: number
  /** The vocabulary, or how many tokens a row has room for. */
  readonly columns: number
  /** Whether rows hold their most likely tokens only. */
  readonly isSparse: boolean
  at(row: number): TokenRow
}

/** Names of the tensors that hold the most likely tokens of a prompt's rows, and their values. */
export function namesOfTop(prompt: number, part: RowPart): { readonly ids: string; readonly values: string } {
  const prefix = `${prompt}.${part === 'logits' ? '' : 'decode.'}top-k`
  return { ids: `${prefix}.ids`, values: `${prefix}.values` }
}

/** The rows of a prompt, whole ones where the trace has them; undefined where it has none. */
export function readRows(trace: Trace, prompt: number, part: RowPart): RowTable | undefined {
  const whole = trace.tensor(`${prompt}.${part}`)
  if (whole !== undefined) {
    const { rows, columns } = whole
    return { rows, columns, isSparse: false, at: (row) => ({ tokens: null, values: rowOf(whole, row) }) }
  }
  const names = namesOfTop(prompt, part)
  const [ids, values] = [trace.tensor(names.ids), trace.tensor(names.values)]
  if (ids === undefined || values === undefined) return undefined
  const { rows, columns } = ids
  return { rows, columns, isSparse: true, at: (row) => withoutPadding(rowOf(ids, row), rowOf(values, row)) }
}

/** A row with fewer tokens than columns is filled up with token −1 and NaN. */
function withoutPadding(ids: TokenRow['values'], values: TokenRow['values']): TokenRow {
  const filled = [...ids.keys()].filter((column) => ids[column] !== -1 || !Number.isNaN(values[column]))
  return {
    tokens: filled.map((column) => ids[column]),
    values: Float64Array.from(filled, (column) => values[column]),
  }
}

/** The value of a token; NaN where the row has none. */
export function valueOf({ tokens, values }: TokenRow, token: number): number {
  const index = tokens === null ? token : tokens.indexOf(token)
  return index >= 0 && index < values.length ? values[index] : NaN
}

/** The tokens with the highest values in falling order, lower ones first at a tie; a NaN is the highest of all. */
export function topTokens({ tokens, values }: TokenRow, count: number): number[] {
  if (tokens === null) return topIndices(values, count)
  const ascending = [...tokens.keys()].sort((a, b) => tokens[a] - tokens[b])
  const sorted = Float64Array.from(ascending, (index) => values[index])
  return topIndices(sorted, count).map((index) => tokens[ascending[index]])
}
