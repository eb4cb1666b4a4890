import { defineDefect } from 'transformers-parity'

export default defineDefect({
  id: 'value-is-normed-key',
  because: 'With attention_k_eq_v the values are the raw key projection, not what the key norm makes of it.',
  where: { layer: 2, part: 'attention' },
  on: ['gemma4/31b'],
  plant: {
    graph: [
      {
        at: 'layer 2/self_attn/v_norm/SimplifiedLayerNormalization',
        input: { index: 0, becomes: 'node:layer 2/self_attn/k_norm/SimplifiedLayerNormalization' },
      },
    ],
  },
})
