import { defineDefect } from 'transformers-parity'

export default defineDefect({
  id: 'value-norm-missing',
  because: 'Gemma 3 has no norm on the values, and the one of Gemma 4 has no weight that would be missed.',
  where: { layer: 1, part: 'attention' },
  on: ['gemma4/e2b/pruned'],
  plant: { graph: [{ at: 'layer 1/self_attn/v_norm/SimplifiedLayerNormalization', bypass: 0 }] },
})
