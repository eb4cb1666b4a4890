import type { Gemma4Config } from '../checkpoint/config.js'
import type { Prompt } from '../types.js'

/** Pieces to prefill prompts in: of one token, of odd ones, and of about the sliding window, where caches wrap around. */
export function chunkSizes({ slidingWindow: window }: Gemma4Config, prompts: readonly Prompt[]): number[] {
  const longest = Math.max(...prompts.map(({ tokens }) => tokens.length))
  const sizes = [1, 3, window - 1, window, window + 1].filter((size) => size > 0 && size < longest)
  return [...new Set(sizes)]
}
