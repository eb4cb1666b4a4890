import { defineDefect } from 'transformers-parity'

export default defineDefect({
  id: 'key-norm-missing',
  because: 'A norm of the keys that one of two code paths leaves out.',
  where: { layer: 2, part: 'attention' },
  on: ['gemma4/e4b/pruned'],
  plant: { graph: [{ at: 'layer 2/self_attn/k_norm/SimplifiedLayerNormalization', bypass: 0 }] },
})
