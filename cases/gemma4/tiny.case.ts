/**
 * One small checkpoint for each geometry of Gemma 4, weights random (recipe: cases/recipes/tiny.py), and E2B and E4B
 * also in the layout of Google's originals, which carry unused K/V tensors for the layers that share them.
 */
import { defineCase } from 'transformers-parity'

/** Behind the first token, Gemma's beginning of a sequence, ids from all over the vocabulary of 512. */
const tokens = (count: number, seed: number) => [
  2,
  ...Array.from({ length: count - 1 }, (_, i) => 3 + ((i * 193 + seed * 71) % 509)),
]

/** One token, a short prompt, and one longer than twice the sliding window; decoding crosses it in all three. */
const tiny = (id: string, folder: string, window: number, tags: readonly string[]) =>
  defineCase({
    id: `gemma4/${id}`,
    checkpoint: `../checkpoints/${folder}`,
    prompts: [
      { id: 'one', tokens: tokens(1, 0) },
      { id: 'short', tokens: tokens(6, 1) },
      { id: 'long', tokens: tokens(2 * window + 5, 2) },
    ],
    generate: 32,
    tags: ['tiny', ...tags],
  })

export default [
  tiny('e2b/pruned', 'gemma-4-e2b-tiny', 8, ['e2b', 'pruned']),
  tiny('e2b/redundant', 'gemma-4-e2b-tiny-redundant', 8, ['e2b', 'redundant']),
  tiny('e4b/pruned', 'gemma-4-e4b-tiny', 9, ['e4b', 'pruned']),
  tiny('e4b/redundant', 'gemma-4-e4b-tiny-redundant', 9, ['e4b', 'redundant']),
  tiny('31b', 'gemma-4-31b-tiny', 12, ['31b']),
  tiny('26b-a4b', 'gemma-4-26b-a4b-tiny', 10, ['26b-a4b', 'moe']),
]
