import { readSafetensorsHeader } from '../checkpoint/safetensors.js'
import { readMatrices } from '../trace/tensors.js'
import type { Matrix } from '../types.js'

export type TensorFile = ReadonlyMap<string, Matrix>

/**
 * The tensors that a worker saved, as matrices; one of rank 1 becomes a column. Integers become float64. Throws where
 * the file is broken, is not what the worker's answer says (`names`), or holds a tensor of no prompt.
 */
export async function readTensorFile(path: string, names: readonly string[], prompts: number): Promise<TensorFile> {
  const header = await readSafetensorsHeader(path)
  const absent = names.filter((name) => !header.has(name))
  const unnamed = [...header.keys()].filter((name) => !names.includes(name))
  if (absent.length > 0) throw new Error(`the file does not hold ${absent.join(', ')}`)
  if (unnamed.length > 0) throw new Error(`the answer does not name ${unnamed.join(', ')}, but the file holds it`)
  for (const name of header.keys()) {
    const prompt = /^(\d+)\../.exec(name)?.[1]
    if (prompt === undefined || Number(prompt) >= prompts) throw new Error(`tensor ${name} belongs to no prompt`)
  }
  return readMatrices(header)
}
