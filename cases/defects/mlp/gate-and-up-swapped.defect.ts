import { defineDefect } from 'transformers-parity'

export default defineDefect({
  id: 'gate-and-up-swapped',
  because: 'The two halves of a fused gate/up projection in the other order.',
  where: { layer: 3, part: 'mlp' },
  on: ['gemma4/e2b/pruned'],
  plant: { tensors: [{ tensor: 'layers.3.mlp.gate_proj.weight', swapWith: 'layers.3.mlp.up_proj.weight' }] },
})
