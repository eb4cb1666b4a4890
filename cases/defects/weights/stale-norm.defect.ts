import { defineDefect } from 'transformers-parity'

export default defineDefect({
  id: 'stale-norm',
  because: 'A norm of a fine-tune is still that of the base model.',
  where: { layer: 3, part: 'attention' },
  on: ['gemma4/e4b-fine-tuned/pruned'],
  plant: { tensors: [{ tensor: 'layers.3.input_layernorm.weight', from: '../../checkpoints/gemma-4-e4b-base' }] },
})
