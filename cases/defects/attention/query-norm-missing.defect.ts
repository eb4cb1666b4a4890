import { defineDefect } from 'transformers-parity'

export default defineDefect({
  id: 'query-norm-missing',
  because: 'Shared layers have no key norm, and their query norm is left out with it.',
  where: { layer: 4, part: 'attention' },
  on: ['gemma4/e2b/pruned'],
  plant: { graph: [{ at: 'layer 4/self_attn/q_norm/SimplifiedLayerNormalization', bypass: 0 }] },
})
