import { defineDefect } from 'transformers-parity'

export default defineDefect({
  id: 'lora-merged-twice',
  because: 'The adapter was merged into weights that already held it.',
  where: { layer: 0, part: 'attention' },
  on: ['gemma4/e4b-lora-merged/pruned'],
  plant: { tensors: [{ tensor: 'layers.*_proj.weight', from: '../../checkpoints/gemma-4-e4b-base', factor: 2 }] },
})
