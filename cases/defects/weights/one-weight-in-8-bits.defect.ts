import { defineDefect } from 'transformers-parity'

export default defineDefect({
  id: 'one-weight-in-8-bits',
  because: 'A weight in 8 bits, with a scale for each 32 values.',
  where: { layer: 3, part: 'mlp' },
  on: ['gemma4/31b'],
  plant: { tensors: [{ tensor: 'layers.3.mlp.down_proj.weight', quantise: { bits: 8, group: 32 } }] },
})
