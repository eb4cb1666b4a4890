import { defineDefect } from 'transformers-parity'

export default defineDefect({
  id: 'first-token-dropped',
  because: 'The beginning of the sequence falls out of the cache, or was never fed.',
  where: { layer: 0, part: 'attention' },
  on: ['gemma4/e2b/pruned'],
  plant: { host: { dropsFirst: true } },
})
