import type { Matrix } from '../../types.js'
import { Failed, type Examinee, type Looked } from './examinee.js'

/** What each prompt gives; the largest where it gives numbers. */
export function eachPrompt(examinee: Examinee, look: (k: number, prompt: readonly number[]) => unknown): number {
  return Math.max(...examinee.subject.prompts.map((prompt, k) => Number(look(k, prompt))))
}

/** A tensor that must be there in this shape. Throws `Failed`. */
export function matrixOf({ tensors }: Looked, name: string, rows: number, columns: number): Matrix {
  const matrix = tensors.get(name)
  if (matrix === undefined) throw new Failed(`there is no tensor ${name}`)
  if (matrix.rows === rows && matrix.columns === columns) return matrix
  throw new Failed(`${name} is [${matrix.rows}, ${matrix.columns}], not [${rows}, ${columns}]`)
}
