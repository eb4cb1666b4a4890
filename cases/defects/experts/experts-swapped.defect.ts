import { defineDefect } from 'transformers-parity'

export default defineDefect({
  id: 'experts-swapped',
  because: 'A converter sorts experts by name, and 10 comes before 2.',
  where: { layer: 2, part: 'experts' },
  on: ['gemma4/26b-a4b'],
  plant: {
    tensors: [
      { tensor: 'layers.2.experts.gate_up_proj', swapBlocks: [1, 6, 1] },
      { tensor: 'layers.2.experts.down_proj', swapBlocks: [1, 6, 1] },
    ],
  },
})
