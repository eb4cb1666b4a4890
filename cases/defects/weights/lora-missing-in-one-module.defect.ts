import { defineDefect } from 'transformers-parity'

export default defineDefect({
  id: 'lora-missing-in-one-module',
  because: 'A target module that the merging tool does not know.',
  where: { layer: 0, part: 'mlp' },
  on: ['gemma4/e4b-lora-merged/pruned'],
  plant: { tensors: [{ tensor: 'layers.*.mlp.up_proj.weight', from: '../../checkpoints/gemma-4-e4b-base' }] },
})
