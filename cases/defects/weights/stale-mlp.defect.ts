import { defineDefect } from 'transformers-parity'

export default defineDefect({
  id: 'stale-mlp',
  because: 'The MLP of a layer is still that of the base model.',
  where: { layer: 6, part: 'mlp' },
  on: ['gemma4/e4b-fine-tuned/pruned'],
  plant: { tensors: [{ tensor: 'layers.6.mlp.*', from: '../../checkpoints/gemma-4-e4b-base' }] },
})
