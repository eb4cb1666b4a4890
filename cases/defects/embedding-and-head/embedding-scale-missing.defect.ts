import { defineDefect } from 'transformers-parity'

export default defineDefect({
  id: 'embedding-scale-missing',
  because: 'Embeddings are not multiplied by the root of the hidden size.',
  where: { layer: null, part: 'embedding' },
  on: ['gemma4/e2b/pruned'],
  plant: { graph: [{ at: 'embed_tokens/Mul', bypass: 0 }] },
})
