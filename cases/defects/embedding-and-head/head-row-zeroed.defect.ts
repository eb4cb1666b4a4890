import { defineDefect } from 'transformers-parity'

export default defineDefect({
  id: 'head-row-zeroed',
  because: 'A token that no prompt has cannot be generated any more.',
  where: { layer: null, part: 'head' },
  on: ['gemma4/e4b/pruned'],
  plant: {
    tensors: [
      {
        tensor: 'lm_head.weight',
        from: '../../checkpoints/gemma-4-e4b-tiny',
        as: 'embed_tokens.weight',
        rows: [505, 506],
        value: 0,
      },
    ],
  },
})
