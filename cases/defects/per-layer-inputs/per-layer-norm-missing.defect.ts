import { defineDefect } from 'transformers-parity'

export default defineDefect({
  id: 'per-layer-norm-missing',
  because: 'The projection goes into the sum without its norm.',
  where: { layer: 0, part: 'per-layer-input' },
  on: ['gemma4/e2b/pruned'],
  plant: { graph: [{ at: 'per_layer_inputs/per_layer_projection_norm/SimplifiedLayerNormalization', bypass: 0 }] },
})
