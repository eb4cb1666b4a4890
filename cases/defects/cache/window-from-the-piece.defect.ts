import { defineDefect } from 'transformers-parity'

export default defineDefect({
  id: 'window-from-the-piece',
  because: 'All tokens of a piece see as far back as its first one.',
  where: { layer: 0, part: 'attention' },
  on: ['gemma4/e4b/pruned'],
  plant: { host: { chunk: 6, mask: 'window-from-piece' } },
})
