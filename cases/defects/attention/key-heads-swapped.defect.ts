import { defineDefect } from 'transformers-parity'

export default defineDefect({
  id: 'key-heads-swapped',
  because: 'Fused projections are taken apart in the wrong order: keys of one head meet values of another.',
  where: { layer: 1, part: 'attention' },
  on: ['gemma4/e4b/pruned'],
  plant: { tensors: [{ tensor: 'layers.1.self_attn.k_proj.weight', swapBlocks: [0, 1, 32] }] },
})
