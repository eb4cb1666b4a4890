/** Where an engine of yours would stand. This one gives the reference's own logits, rounded to float32. */
import type { CaseReference, EngineOutput } from 'transformers-parity/vitest'

/** An engine is asked for the logits of each prompt, and for so many tokens of greedy generation. */
export function runMyEngine({ prompts, generated, truth }: CaseReference) {
  const rows = (name: string): Float32Array[] => {
    const matrix = truth.tensor(name)
    if (matrix === undefined) throw new Error(`the reference has no ${name}`)
    const { rows: count, columns, data } = matrix
    return Array.from({ length: count }, (_, row) =>
      Float32Array.from(data.subarray(row * columns, (row + 1) * columns)),
    )
  }
  return {
    logits: prompts.map((_, i) => rows(`${i}.logits`)),
    decodeLogits: prompts.map((_, i) => rows(`${i}.decode.logits`)),
    generated,
  } satisfies EngineOutput
}
