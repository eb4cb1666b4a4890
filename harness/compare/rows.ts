import { rowOf } from '../trace/matrix.js'
import type { Matrix, Place, Prompt, Trace } from '../types.js'

export type Row = Float64Array | Float32Array

/** A row of logits of two traces at one place: `next` is the index among the generated tokens that it predicts. */
export interface RowPair {
  readonly place: Place
  readonly expected: Row
  readonly actual: Row
}

/** Something that a trace should hold and does not. */
export interface Absent {
  readonly what: string
}

/**
 * The rows of `actual` beside those of `expected`: every prompt position, then every decoding step, prompt by prompt.
 * A tensor without a partner, or of another shape, is `Absent`: it fails, it is not passed over.
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
      const name = `${i}.${part}`
      const [a, b] = [expected.tensor(name), actual.tensor(name)]
      const problem = mismatch(a, b)
      if (problem !== null) absent.push({ what: `${part} of prompt '${prompt.id}': ${problem}` })
      else if (a !== undefined && b !== undefined) pairs.push(...pairMatrix(prompt.id, part, a, b))
    }
  }
  return { pairs, absent }
}

function mismatch(expected: Matrix | undefined, actual: Matrix | undefined): string | null {
  if (expected === undefined) return actual === undefined ? null : 'the reference has none'
  if (actual === undefined) return 'the engine gave none'
  if (expected.rows === actual.rows && expected.columns === actual.columns) return null
  const shape = ({ rows, columns }: Matrix) => `[${rows}, ${columns}]`
  return `the reference has ${shape(expected)}, the engine ${shape(actual)}`
}

function pairMatrix(prompt: string, part: 'logits' | 'decode.logits', expected: Matrix, actual: Matrix): RowPair[] {
  return Array.from({ length: expected.rows }, (_, row) => ({
    // Row r of the decoding logits comes from feeding token r, and predicts token r + 1.
    place: part === 'logits' ? { prompt, position: row } : { prompt, step: row + 1 },
    expected: rowOf(expected, row),
    actual: rowOf(actual, row),
  }))
}

/** Orders places: prompt positions before decoding steps, small before large, whichever prompt they belong to. */
export function comparePlaces(a: Place, b: Place): number {
  const rank = ({ position, step }: Place) => position ?? 1e9 + (step ?? 0)
  return rank(a) - rank(b)
}

/** The first place of all, or undefined of none. */
export const firstPlace = <T extends Place>(places: readonly T[]): T | undefined =>
  [...places].sort(comparePlaces).at(0)

/** The logits from which generated token `step` of a prompt is chosen, where a trace has them. */
export function predictingRow(trace: Trace, prompt: number, step: number): Row | undefined {
  const matrix = trace.tensor(`${prompt}.${step === 0 ? 'logits' : 'decode.logits'}`)
  if (matrix === undefined) return undefined
  const row = step === 0 ? matrix.rows - 1 : step - 1
  return row < matrix.rows ? rowOf(matrix, row) : undefined
}
