import { defineDefect } from 'transformers-parity'

/** A quarter of a full layer's head of 64: pairs are 8 apart, and there are no others. */
const quarter = (path: string, heads: number) => [
  { at: path, cut: { index: 2, axis: 1, size: 8 } },
  {
    at: path,
    cut: { index: 3, axis: 1, size: 8 },
    attributes: { rotary_embedding_dim: { i: 16 }, num_heads: { i: heads } },
  },
]

export default defineDefect({
  id: 'rotary-within-the-fraction',
  because:
    'The first quarter of a head is rotated as if it were a whole one; proportional rotary embedding turns a quarter of the pairs that the whole head has.',
  link: 'https://github.com/Blaizzy/mlx-vlm/compare/v0.4.3...v0.4.4',
  where: { layer: 2, part: 'attention' },
  on: ['gemma4/31b'],
  plant: {
    // The fourth power of 1e6: exponents over a quarter of the head.
    config: [{ at: 'rope.full.theta', set: 1e24 }],
    graph: [2, 5].flatMap((layer) => [
      ...quarter(`layer ${layer}/self_attn/q_rotary/RotaryEmbedding`, 4),
      ...quarter(`layer ${layer}/self_attn/k_rotary/RotaryEmbedding`, 1),
    ]),
  },
})
