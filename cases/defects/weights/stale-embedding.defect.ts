import { defineDefect } from 'transformers-parity'

export default defineDefect({
  id: 'stale-embedding',
  because: 'The embedding is still that of the base model.',
  where: { layer: null, part: 'embedding' },
  on: ['gemma4/e4b-fine-tuned/pruned'],
  plant: { tensors: [{ tensor: 'embed_tokens.weight', from: '../../checkpoints/gemma-4-e4b-base' }] },
})
