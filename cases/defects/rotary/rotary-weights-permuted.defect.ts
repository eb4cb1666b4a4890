import { defineDefect } from 'transformers-parity'

export default defineDefect({
  id: 'rotary-weights-permuted',
  because: 'A converter reorders the rows of q_proj and k_proj for engines that rotate neighbours; this one does not.',
  where: { layer: 2, part: 'attention' },
  on: ['gemma4/e4b/pruned'],
  plant: {
    tensors: [
      { tensor: 'layers.2.self_attn.q_proj.weight', interleave: { headDim: 64 } },
      { tensor: 'layers.2.self_attn.k_proj.weight', interleave: { headDim: 64 } },
    ],
  },
})
