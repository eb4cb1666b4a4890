import { defineDefect } from 'transformers-parity'

export default defineDefect({
  id: 'layer-in-bfloat16',
  because: 'A layer of a float32 checkpoint was saved in bfloat16.',
  where: { layer: 3, part: 'attention' },
  on: ['gemma4/31b'],
  plant: { tensors: [{ tensor: 'layers.3.*_proj.weight', round: 'bfloat16' }] },
})
