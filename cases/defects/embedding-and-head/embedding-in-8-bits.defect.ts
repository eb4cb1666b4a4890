import { defineDefect } from 'transformers-parity'

export default defineDefect({
  id: 'embedding-in-8-bits',
  because: 'Large tables are quantised first.',
  where: { layer: null, part: 'embedding' },
  on: ['gemma4/31b'],
  plant: { tensors: [{ tensor: 'embed_tokens.weight', quantise: { bits: 8, group: 32 } }] },
})
