import { defineCase } from 'transformers-parity'

/** Behind the first token, Gemma's beginning of a sequence, ids from all over the vocabulary of 512. */
const tokens = (count: number, seed: number) => [
  2,
  ...Array.from({ length: count - 1 }, (_, i) => 3 + ((i * 193 + seed * 71) % 509)),
]

/** One token, a short prompt, and one longer than twice the sliding window; decoding crosses it in all three. */
export const tinyCase = (id: string, folder: string, window: number, tags: readonly string[]) =>
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
