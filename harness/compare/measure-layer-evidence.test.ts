import { describe, expect, it } from 'vitest'
import type { Spread, Trace } from '../types.js'
import { defaultLimits } from './limits.js'
import { measureLayerEvidence } from './measure-layer-evidence.js'

const spread: Spread = { dtype: 'float32', rms: 1e-5, max: 4e-5, origin: 'recorded' }
const prompts = [
  { id: 'one', tokens: [2] },
  { id: 'long', tokens: [2, 3] },
]
const measure = { prompts, limits: defaultLimits, spread }

/** Hidden states of four layers, all 1 but for the error of each layer. */
const layersOf = (prompt: number, errors: readonly number[]): Trace => ({
  generated: [],
  elapsedMs: 1,
  peakBytes: null,
  tensor: (name) => {
    const error = errors.find((_, layer) => name === `${prompt}.layers.${layer}`)
    return error === undefined ? undefined : { rows: 2, columns: 2, data: Float64Array.from([1, 1, 1, 1 + error]) }
  },
})

const truth = layersOf(1, [0, 0, 0, 0])
const compare = (errors: readonly number[], noise: readonly number[] = [1e-6, 2e-6, 2e-6, 3e-6]) =>
  measureLayerEvidence(measure, truth, { prompt: 'long', noise, actual: layersOf(0, errors) })

describe('measureLayerEvidence', () => {
  it('finds no layer where all are within the limit', () => {
    expect(compare([2e-6, 4e-6, -4e-6, 6e-6])).toEqual({
      prompt: 'long',
      error: [1e-6, 2e-6, 2e-6, 3e-6],
      noise: [1e-6, 2e-6, 2e-6, 3e-6],
      firstBeyond: null,
    })
  })

  it('names the first layer beyond 8 × the noise', () => {
    expect(compare([2e-6, 31e-6, 33e-6, 1])?.firstBeyond).toBe(2)
  })

  it('believes in no noise below the dtype’s roundoff of the hidden states', () => {
    const evidence = compare([4e-7, 4e-7, 4e-7, 4e-6], [0, 0, 0, 0])
    expect(evidence?.noise).toEqual([5.96e-8, 5.96e-8, 5.96e-8, 5.96e-8])
    expect(evidence?.firstBeyond).toBe(3)
  })

  it('takes a NaN, and another shape, for beyond', () => {
    expect(compare([0, NaN, 0, 0])?.firstBeyond).toBe(1)
  })

  it('is null where the engine gave no layers', () => {
    expect(compare([])).toBe(null)
  })
})
