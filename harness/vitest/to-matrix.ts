import { ParityError } from '../errors.js'
import type { Matrix } from '../types.js'

/** Rows of logits over the whole vocabulary. */
export type Rows = Matrix | readonly ArrayLike<number>[]

/** Rows as one matrix. @throws ParityError PARITY_USAGE where they differ in length */
export function toMatrix(rows: Rows): Matrix {
  if ('columns' in rows) return rows
  const columns = rows.length === 0 ? 0 : rows[0].length
  const data = new Float64Array(rows.length * columns)
  for (const [index, row] of rows.entries()) {
    if (row.length !== columns)
      throw new ParityError(
        'PARITY_USAGE',
        `row ${index} of the logits has ${row.length} columns, row 0 has ${columns}`,
        'A row holds a logit for each token of the vocabulary.',
      )
    data.set(row, index * columns)
  }
  return { rows: rows.length, columns, data }
}
