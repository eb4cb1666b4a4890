import { defineDefect } from 'transformers-parity'

export default defineDefect({
  id: 'expert-zeroed',
  because: 'One expert’s weights were not found, and are 0.',
  where: { layer: 4, part: 'experts' },
  on: ['gemma4/26b-a4b'],
  plant: { tensors: [{ tensor: 'layers.4.experts.down_proj', rows: [5, 6], value: 0 }] },
})
