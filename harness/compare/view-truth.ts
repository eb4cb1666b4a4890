import { logSumExp } from '../trace/logits.js'
import { rowOf } from '../trace/matrix.js'
import type { Matrix, Trace } from '../types.js'
import type { RowForm } from './row-form.js'

/**
 * A truth in the form that an engine gives: its rows of logits as log-probabilities, in float64, and of each prompt the
 * last row alone where the engine gives no more.
 */
export function viewTruth(truth: Trace, form: RowForm): Trace {
  const views = new Map<string, Matrix | undefined>()
  return {
    ...truth,
    tensor(name) {
      if (!views.has(name)) views.set(name, viewRows(name, truth.tensor(name), form))
      return views.get(name)
    },
  }
}

function viewRows(name: string, matrix: Matrix | undefined, { unit, isPromptWhole }: RowForm): Matrix | undefined {
  if (matrix === undefined || !name.endsWith('.logits')) return matrix
  const isLastOnly = !isPromptWhole && !name.endsWith('.decode.logits')
  const { columns } = matrix
  const seen = isLastOnly ? { rows: 1, columns, data: rowOf(matrix, matrix.rows - 1) } : matrix
  return unit === 'logits' ? seen : toLogProbabilities(seen)
}

function toLogProbabilities(matrix: Matrix): Matrix {
  const data = Float64Array.from(matrix.data)
  for (let row = 0; row < matrix.rows; row++) {
    const sum = logSumExp(rowOf(matrix, row))
    for (let i = row * matrix.columns; i < (row + 1) * matrix.columns; i++) data[i] -= sum
  }
  return { ...matrix, data }
}
