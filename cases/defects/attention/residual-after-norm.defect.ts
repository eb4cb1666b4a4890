import { defineDefect } from 'transformers-parity'

export default defineDefect({
  id: 'residual-after-norm',
  because: 'The residual is taken behind the input norm in place of before it.',
  where: { layer: 3, part: 'attention' },
  on: ['gemma4/e2b/pruned'],
  plant: {
    graph: [
      {
        at: 'layer 3/attention_residual/Add',
        input: { index: 0, becomes: 'node:layer 3/input_layernorm/SimplifiedLayerNormalization' },
      },
    ],
  },
})
