import { defineDefect } from 'transformers-parity'

export default defineDefect({
  id: 'keys-and-values-swapped',
  because: 'A fused key/value projection is split the wrong way round.',
  where: { layer: 0, part: 'attention' },
  on: ['gemma4/e2b/pruned'],
  plant: { tensors: [{ tensor: 'layers.0.self_attn.k_proj.weight', swapWith: 'layers.0.self_attn.v_proj.weight' }] },
})
