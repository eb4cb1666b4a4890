import { defineDefect } from 'transformers-parity'

export default defineDefect({
  id: 'embedding-row-zeroed',
  because: 'The row of an added token was never trained or never copied.',
  where: { layer: null, part: 'embedding' },
  on: ['gemma4/e2b/pruned'],
  plant: { tensors: [{ tensor: 'embed_tokens.weight', rows: [74, 75], value: 0 }] },
})
