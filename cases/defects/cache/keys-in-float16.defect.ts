import { defineDefect } from 'transformers-parity'

export default defineDefect({
  id: 'keys-in-float16',
  because: 'Keys and values are cached in half precision.',
  where: { layer: 0, part: 'attention' },
  on: ['gemma4/e2b/pruned'],
  plant: {
    graph: [
      { at: '*/self_attn/k_rotary/Reshape', round: 'float16' },
      { at: '*/self_attn/v_norm/SimplifiedLayerNormalization', round: 'float16' },
    ],
  },
})
