import type { Matrix, Prompt, Trace } from '../types.js'

export const prompts: readonly Prompt[] = [
  { id: 'one', tokens: [2] },
  { id: 'long', tokens: [2, 3, 4, 5] },
]

/** A vocabulary of 6, logits far apart, and 3 generated tokens a prompt that follow from them. */
export function makeTrace(
  change: (logits: number[], place: { prompt: number; row: number; decode: boolean }) => void = () => undefined,
): Trace {
  const tensors = new Map<string, Matrix>()
  const generated = prompts.map(({ tokens }, prompt) => {
    const prefill = Array.from({ length: tokens.length }, (_, row) => makeRow(prompt, row))
    const decode = Array.from({ length: 2 }, (_, row) => makeRow(prompt, 10 + row))
    prefill.forEach((logits, row) => {
      change(logits, { prompt, row, decode: false })
    })
    decode.forEach((logits, row) => {
      change(logits, { prompt, row, decode: true })
    })
    tensors.set(`${prompt}.logits`, toMatrix(prefill))
    tensors.set(`${prompt}.decode.logits`, toMatrix(decode))
    return [prefill[prefill.length - 1], ...decode].map((logits) => logits.indexOf(Math.max(...logits)))
  })
  return { generated, elapsedMs: 1, peakBytes: null, tensor: (name) => tensors.get(name) }
}

const makeRow = (prompt: number, row: number) => Array.from({ length: 6 }, (_, i) => ((i * 5 + row + prompt) % 6) - 2.5)

const toMatrix = (rows: readonly (readonly number[])[]): Matrix => ({
  rows: rows.length,
  columns: 6,
  data: Float64Array.from(rows.flat()),
})
