import { defineDefect } from 'transformers-parity'

export default defineDefect({
  id: 'head-of-the-base-model',
  because: 'A head that is tied to the embedding was saved apart before the fine-tuning, and is loaded in its place.',
  where: { layer: null, part: 'head' },
  on: ['gemma4/e4b-fine-tuned/pruned'],
  plant: {
    tensors: [{ tensor: 'lm_head.weight', from: '../../checkpoints/gemma-4-e4b-base', as: 'embed_tokens.weight' }],
  },
})
