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
  const tensors = await readMatrices(header)
  checkTopTokens(tensors)
  return tensors
}

/** Tokens and their values are of one shape. Where one of them is missing, whoever needs them says so. */
function checkTopTokens(tensors: TensorFile): void {
  for (const [name, { rows, columns }] of tensors) {
    if (!name.endsWith('.top-k.ids')) continue
    const partner = name.replace(/ids$/, 'values')
    const other = tensors.get(partner)
    if (other !== undefined && (other.rows !== rows || other.columns !== columns))
      throw new Error(`${name} is [${rows}, ${columns}], but ${partner} is [${other.rows}, ${other.columns}]`)
  }
}
