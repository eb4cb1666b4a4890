import { defineDefect } from 'transformers-parity'

export default defineDefect({
  id: 'rotary-missing-on-keys',
  because: 'Keys are cached before they are rotated, and never are.',
  where: { layer: 1, part: 'attention' },
  on: ['gemma4/e2b/pruned'],
  plant: { graph: [{ at: 'layer 1/self_attn/k_rotary/RotaryEmbedding', bypass: 0 }] },
})
