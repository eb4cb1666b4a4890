import { rowOf } from '../trace/matrix.js'
import type { Place, Prompt, Trace } from '../types.js'
import { firstPlace } from './rows.js'

/** The first place at which a trace's logits hold a NaN or an infinity. */
export function findNonFinite(prompts: readonly Prompt[], trace: Trace): Place | undefined {
  const places = prompts.flatMap(({ id }, i) => [
    ...badRows(trace, `${i}.logits`).map((row) => ({ prompt: id, position: row })),
    ...badRows(trace, `${i}.decode.logits`).map((row) => ({ prompt: id, step: row + 1 })),
  ])
  return firstPlace(places)
}

/** The first layer whose hidden states of the prompt hold a NaN or an infinity. */
export function findNonFiniteLayer(trace: Trace, prompt: number): number | undefined {
  for (let layer = 0; ; layer++) {
    const name = `${prompt}.layers.${layer}`
    if (trace.tensor(name) === undefined) return undefined
    if (badRows(trace, name).length > 0) return layer
  }
}

function badRows(trace: Trace, name: string): number[] {
  const matrix = trace.tensor(name)
  if (matrix === undefined) return []
  return Array.from({ length: matrix.rows }, (_, row) => row).filter(
    (row) => !rowOf(matrix, row).every(Number.isFinite),
  )
}
