import { defineDefect } from 'transformers-parity'

export default defineDefect({
  id: 'expert-gate-and-up-swapped',
  because: 'The halves of the fused gate/up matrices of the experts in the other order.',
  where: { layer: 1, part: 'experts' },
  on: ['gemma4/26b-a4b'],
  plant: { tensors: [{ tensor: 'layers.1.experts.gate_up_proj', swapHalves: 1 }] },
})
