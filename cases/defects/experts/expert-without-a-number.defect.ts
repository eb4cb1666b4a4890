import { defineDefect } from 'transformers-parity'

export default defineDefect({
  id: 'expert-without-a-number',
  because: 'One expert’s weights were never written, and hold NaN.',
  where: { layer: 2, part: 'experts' },
  on: ['gemma4/26b-a4b'],
  plant: { tensors: [{ tensor: 'layers.2.experts.gate_up_proj', rows: [3, 4], value: 'NaN' }] },
})
