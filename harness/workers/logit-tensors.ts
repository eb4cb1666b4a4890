import { logSumExp, topIndices } from '../trace/logits.js'

type Floats = Float32Array | Float64Array

/** One matrix of a trace, named as the worker protocol names it. */
export interface NamedMatrix {
  readonly name: string
  readonly dtype: 'F32' | 'F64' | 'I64'
  readonly shape: readonly number[]
  readonly data: Floats | BigInt64Array
}

/** Logits [rows, vocabulary], or of a large vocabulary the top K and the logarithm of the sum of all exponentials. */
export function logitTensors(prefix: string, logits: Floats, vocabulary: number, topK: number | null): NamedMatrix[] {
  if (topK === null) return [namedMatrix(`${prefix}logits`, logits, vocabulary)]
  const count = vocabulary === 0 ? 0 : logits.length / vocabulary
  const width = Math.min(topK, vocabulary)
  const ids = new BigInt64Array(count * width)
  const values = logits.slice(0, count * width)
  const sums = logits.slice(0, count)
  for (let row = 0; row < count; row++) {
    const all = logits.subarray(row * vocabulary, (row + 1) * vocabulary)
    topIndices(all, width).forEach((id, i) => {
      ids[row * width + i] = BigInt(id)
      values[row * width + i] = all[id]
    })
    sums[row] = logSumExp(all)
  }
  return [
    { name: `${prefix}top-k.ids`, dtype: 'I64', shape: [count, width], data: ids },
    namedMatrix(`${prefix}top-k.values`, values, width),
    namedMatrix(`${prefix}logsumexp`, sums, 1),
  ]
}

/** Rows of `columns` floats. */
export const namedMatrix = (name: string, data: Floats, columns: number): NamedMatrix => ({
  name,
  dtype: data instanceof Float32Array ? 'F32' : 'F64',
  shape: [columns === 0 ? 0 : data.length / columns, columns],
  data,
})
