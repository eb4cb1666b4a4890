import { defineDefect } from 'transformers-parity'

export default defineDefect({
  id: 'stale-tensor',
  because: 'One tensor of a fine-tune is still that of the base model: the classic of merging by hand.',
  where: { layer: 5, part: 'attention' },
  on: ['gemma4/e4b-fine-tuned/pruned'],
  plant: { tensors: [{ tensor: 'layers.5.self_attn.q_proj.weight', from: '../../checkpoints/gemma-4-e4b-base' }] },
})
