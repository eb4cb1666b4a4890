import type { Prompt } from '../types.js'

/** Numbers evenly distributed over [0, 1), the same for the same seed: mulberry32, by Tommy Ettinger (public domain). */
export function randomNumbers(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** A seed of its own for each text, so that one part of a soak can be repeated without the rest (FNV-1a, 32 bits). */
export function seedOf(seed: number, text: string): number {
  let hash = (0x811c9dc5 ^ seed) >>> 0
  for (const character of text) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193) >>> 0
  return hash
}

/** One to three prompts of 1 to `longest` tokens from all over the vocabulary. */
export function randomPrompts(random: () => number, vocabulary: number, longest: number): Prompt[] {
  const below = (end: number) => Math.floor(random() * end)
  return Array.from({ length: 1 + below(3) }, (_, i) => ({
    id: `random-${i}`,
    tokens: Array.from({ length: 1 + below(longest) }, () => below(vocabulary)),
  }))
}
