import { defineDefect } from 'transformers-parity'

export default defineDefect({
  id: 'layer-in-float16',
  because: 'A layer of a float32 checkpoint was saved in float16.',
  where: { layer: 4, part: 'attention' },
  on: ['gemma4/31b'],
  plant: { tensors: [{ tensor: 'layers.4.*_proj.weight', round: 'float16' }] },
})
