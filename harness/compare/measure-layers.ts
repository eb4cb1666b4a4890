import type { Matrix, Trace } from '../types.js'

/** Root-mean-square error of the hidden states behind each layer, pooled over positions; prompt indices name the tensors. */
export function measureLayers(truth: Trace, truthPrompt: number, actual: Trace, actualPrompt: number): number[] {
  const errors: number[] = []
  for (let layer = 0; ; layer++) {
    const expected = truth.tensor(`${truthPrompt}.layers.${layer}`)
    const found = actual.tensor(`${actualPrompt}.layers.${layer}`)
    if (expected === undefined || found === undefined) return errors
    errors.push(rmsError(expected, found))
  }
}

/** NaN where the shapes differ. */
function rmsError(expected: Matrix, actual: Matrix): number {
  if (expected.rows !== actual.rows || expected.columns !== actual.columns) return NaN
  let squares = 0
  for (let i = 0; i < expected.data.length; i++) squares += (actual.data[i] - expected.data[i]) ** 2
  return Math.sqrt(squares / expected.data.length)
}
