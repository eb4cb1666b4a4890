import { defineDefect } from 'transformers-parity'

export default defineDefect({
  id: 'lora-missing-in-one-layer',
  because: 'Layers are matched by a pattern, which one of them escapes.',
  where: { layer: 4, part: 'attention' },
  on: ['gemma4/e4b-lora-merged/pruned'],
  plant: { tensors: [{ tensor: 'layers.4.*_proj.weight', from: '../../checkpoints/gemma-4-e4b-base' }] },
})
