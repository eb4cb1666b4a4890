import { defineDefect } from 'transformers-parity'

export default defineDefect({
  id: 'query-and-key-norms-swapped',
  because: 'A converter’s table maps the two norms to each other’s name.',
  where: { layer: 1, part: 'attention' },
  on: ['gemma4/e4b/pruned'],
  plant: { tensors: [{ tensor: 'layers.1.self_attn.q_norm.weight', swapWith: 'layers.1.self_attn.k_norm.weight' }] },
})
