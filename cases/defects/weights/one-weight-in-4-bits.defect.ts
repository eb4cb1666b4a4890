import { defineDefect } from 'transformers-parity'

export default defineDefect({
  id: 'one-weight-in-4-bits',
  because: 'A weight in 4 bits, with a scale for each 32 values.',
  where: { layer: 2, part: 'attention' },
  on: ['gemma4/31b'],
  plant: { tensors: [{ tensor: 'layers.2.self_attn.o_proj.weight', quantise: { bits: 4, group: 32 } }] },
})
