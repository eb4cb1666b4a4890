import { defineDefect } from 'transformers-parity'

export default defineDefect({
  id: 'lora-merged-by-half',
  because: 'alpha / rank was taken for 1.',
  where: { layer: 0, part: 'attention' },
  on: ['gemma4/e4b-lora-merged/pruned'],
  plant: { tensors: [{ tensor: 'layers.*_proj.weight', from: '../../checkpoints/gemma-4-e4b-base', factor: 0.5 }] },
})
