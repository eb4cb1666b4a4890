import { defineDefect } from 'transformers-parity'

export default defineDefect({
  id: 'cache-not-reset',
  because: 'A prompt begins with the keys and values that the last one left.',
  where: { layer: 0, part: 'attention' },
  on: ['gemma4/e4b/pruned'],
  plant: { host: { keepsCache: true } },
})
