import { defineDefect } from 'transformers-parity'

export default defineDefect({
  id: 'cache-truncated',
  because: 'Full layers keep 16 positions: the context is shorter than promised.',
  where: { layer: 3, part: 'attention' },
  on: ['gemma4/e2b/pruned'],
  plant: { host: { remembers: 16 } },
})
