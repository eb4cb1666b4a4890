import { defineDefect } from 'transformers-parity'

export default defineDefect({
  id: 'per-layer-post-norm-missing',
  because: 'The per-layer input joins the residual stream without its norm.',
  where: { layer: 4, part: 'per-layer-input' },
  on: ['gemma4/e4b/pruned'],
  plant: {
    graph: [{ at: 'layer 4/per_layer_input/post_per_layer_input_norm/SimplifiedLayerNormalization', bypass: 0 }],
  },
})
