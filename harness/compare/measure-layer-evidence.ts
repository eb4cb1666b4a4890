import type { LayerEvidence } from '../evidence.js'
import type { Matrix, Trace } from '../types.js'
import type { Measure } from './compare-logits.js'
import { relativeFloor } from './limits.js'
import { measureLayers } from './measure-layers.js'
import { roundTo } from './round-to.js'

/** Hidden states of one prompt, observed alone: prompt 0 of `actual`. */
export interface ObservedLayers {
  readonly prompt: string
  readonly actual: Trace
  /** What the reference errs by in the engine's dtype, layer by layer. */
  readonly noise: readonly number[]
}

const digits = 3

/**
 * Error of the hidden states against the noise, which is never believed to be smaller than the dtype's roundoff of the
 * hidden states themselves. `firstBeyond` is the first layer whose error exceeds `limits.maxExcess` × the noise: the
 * looser of the two limits, since a single layer is far fewer values than the logits of a case, so that the error of a
 * correct engine scatters more; a defect exceeds it by orders of magnitude in the layer that it sits in. Null where the
 * traces have no layer in common.
 */
export function measureLayerEvidence(
  { prompts, limits, spread }: Measure,
  truth: Trace,
  { prompt, actual, noise }: ObservedLayers,
): LayerEvidence | null {
  const index = prompts.findIndex(({ id }) => id === prompt)
  const error = measureLayers(truth, index, actual, 0)
  if (error.length === 0) return null
  const roundoff = relativeFloor[spread.dtype] ?? relativeFloor.float32
  const believed = error.map((_, layer) =>
    Math.max(noise.at(layer) ?? 0, roundoff * magnitude(truth.tensor(`${index}.layers.${layer}`))),
  )
  // Written so that a NaN is beyond.
  const firstBeyond = error.findIndex((value, layer) => !(value <= limits.maxExcess * believed[layer]))
  return {
    prompt,
    error: error.map((value) => roundTo(value, digits)),
    noise: believed.map((value) => roundTo(value, digits)),
    firstBeyond: firstBeyond === -1 ? null : firstBeyond,
  }
}

/** Root-mean-square of all values. */
function magnitude(matrix: Matrix | undefined): number {
  if (matrix === undefined) return 0
  let squares = 0
  for (const value of matrix.data) squares += value * value
  return Math.sqrt(squares / matrix.data.length)
}
