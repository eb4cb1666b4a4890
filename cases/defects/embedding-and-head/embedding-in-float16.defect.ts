import { defineDefect } from 'transformers-parity'

export default defineDefect({
  id: 'embedding-in-float16',
  because: 'A float32 table is kept in half precision.',
  where: { layer: null, part: 'embedding' },
  on: ['gemma4/31b'],
  plant: { tensors: [{ tensor: 'embed_tokens.weight', round: 'float16' }] },
})
