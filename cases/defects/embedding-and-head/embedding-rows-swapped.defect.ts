import { defineDefect } from 'transformers-parity'

export default defineDefect({
  id: 'embedding-rows-swapped',
  because: 'Two added tokens got each other’s id.',
  where: { layer: null, part: 'embedding' },
  on: ['gemma4/e4b/pruned'],
  plant: { tensors: [{ tensor: 'embed_tokens.weight', swapBlocks: [74, 75, 1] }] },
})
