import { defineDefect } from 'transformers-parity'

export default defineDefect({
  id: 'stale-layer-scalar',
  because: 'The smallest tensor of all is still that of the base model.',
  unseen: 'fine-tuning does not train layer_scalar, which is a buffer: both models have the same one',
  where: { layer: 4, part: 'layer-scalar' },
  on: ['gemma4/e4b-fine-tuned/pruned'],
  plant: { tensors: [{ tensor: 'layers.4.layer_scalar', from: '../../checkpoints/gemma-4-e4b-base' }] },
})
