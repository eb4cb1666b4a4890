import { defineDefect } from 'transformers-parity'

export default defineDefect({
  id: 'abliteration-undone-in-the-embedding',
  because: 'The refusal direction is projected out of every layer, but not of the embedding.',
  where: { layer: null, part: 'embedding' },
  on: ['gemma4/e4b-abliterated/pruned'],
  plant: { tensors: [{ tensor: 'embed_tokens.weight', from: '../../checkpoints/gemma-4-e4b-fine-tuned' }] },
})
