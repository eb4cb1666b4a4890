import type { Matrix } from '../types.js'

/** Row `index` of a matrix, without a copy. */
export function rowOf({ data, columns, rows }: Matrix, index: number): Float64Array | Float32Array {
  if (index < 0 || index >= rows) throw new RangeError(`row ${index} of a matrix with ${rows} rows`)
  return data.subarray(index * columns, (index + 1) * columns)
}
