import { defineDefect } from 'transformers-parity'

export default defineDefect({
  id: 'lora-not-merged',
  because: 'The adapter was not merged at all.',
  where: { layer: 0, part: 'attention' },
  on: ['gemma4/e4b-lora-merged/pruned'],
  plant: { tensors: [{ tensor: 'layers.*_proj.weight', from: '../../checkpoints/gemma-4-e4b-base' }] },
})
