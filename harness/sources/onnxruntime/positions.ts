/** What depends on positions only, computed on the host: a GPU's sine errs by up to 2e-3 at large angles. */
import type { Gemma4Config, Rope } from '../../checkpoint/config.js'

/** Stands for minus infinity, which WGSL does not promise to handle. */
const hidden = -1e30

/** Where new tokens stand and what they see, behind `cached` positions. */
export interface FeedPositions {
  /** Position of the first of them. */
  start(cached: number, count: number): number
  /** The same for the queries of layers that share keys, where a mistake makes that another one. */
  sharedStart?(cached: number, count: number): number
  /** For the layers of a type, [count, cached + count]. */
  mask(type: 'sliding' | 'full', cached: number, count: number): Float32Array
}

export const feedPositions = ({ slidingWindow }: Gemma4Config): FeedPositions => ({
  start: (cached) => cached,
  mask: (type, cached, count) => attentionMask(cached, count, type === 'sliding' ? slidingWindow : null),
})

/**
 * Inverse frequencies, [head size / 2], as the float32 constants that transformers makes of them
 * (modeling_rope_utils.py): `proportional` takes its exponents over the full head size and leaves the rest unrotated.
 */
export function inverseFrequencies(rope: Rope, headDim: number): Float64Array {
  const half = headDim / 2
  const rotated = rope.type === 'proportional' ? Math.floor(Math.floor(rope.fraction * headDim) / 2) : half
  const frequencies = new Float64Array(half)
  for (let i = 0; i < rotated; i++) {
    const power = Math.fround(rope.theta ** Math.fround((2 * i) / headDim))
    frequencies[i] = Math.fround(Math.fround(1 / power) / rope.factor)
  }
  return frequencies
}

/** Cosines and sines of positions `start … start + count`, each [count, head size / 2]. */
export function rotaryTables(frequencies: Float64Array, start: number, count: number) {
  const half = frequencies.length
  const cos = new Float32Array(count * half)
  const sin = new Float32Array(count * half)
  for (let row = 0; row < count; row++) {
    for (let i = 0; i < half; i++) {
      const angle = (start + row) * frequencies[i]
      cos[row * half + i] = Math.cos(angle)
      sin[row * half + i] = Math.sin(angle)
    }
  }
  return { cos, sin }
}

/**
 * Which keys the queries at `start … start + count` see, [count, start + count]: those up to themselves, and with a
 * window only the last `window` of these, themselves included.
 */
export function attentionMask(start: number, count: number, window: number | null): Float32Array {
  const all = start + count
  const mask = new Float32Array(count * all).fill(hidden)
  for (let row = 0; row < count; row++) {
    const query = start + row
    const first = window === null ? 0 : Math.max(0, query - window + 1)
    mask.fill(0, row * all + first, row * all + query + 1)
  }
  return mask
}
