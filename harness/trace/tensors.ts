import { readTensor, type TensorInfo } from '../checkpoint/safetensors.js'
import type { Matrix } from '../types.js'

/**
 * The tensors of a trace's file as matrices; one of rank 1 becomes a column, integers become float64.
 * Throws for a tensor of another rank.
 */
export async function readMatrices(header: ReadonlyMap<string, TensorInfo>): Promise<ReadonlyMap<string, Matrix>> {
  const matrices = new Map<string, Matrix>()
  for (const [name, info] of header) {
    const [rows, columns = 1, ...rest] = info.shape
    if (info.shape.length === 0 || rest.length > 0) {
      throw new Error(`tensor ${name} has shape [${info.shape.join(', ')}] instead of [rows, columns]`)
    }
    const data = await readTensor(info)
    const isFloat = data instanceof Float32Array || data instanceof Float64Array
    matrices.set(name, { rows, columns, data: isFloat ? data : Float64Array.from(data, Number) })
  }
  return matrices
}
