import { defineDefect } from 'transformers-parity'

export default defineDefect({
  id: 'norm-plus-one',
  because: 'Gemma 1 to 3 multiply by 1 + weight, Gemma 4 by the weight.',
  where: { layer: 0, part: 'attention' },
  on: ['gemma4/e2b/pruned'],
  plant: { graph: [{ at: '*_layernorm/SimplifiedLayerNormalization', through: { index: 1, op: 'Add', by: 1 } }] },
})
