import { defineDefect } from 'transformers-parity'

export default defineDefect({
  id: 'window-plus-one',
  because: 'A window counts the query’s own key or it does not: `<` and `<=` are one apart.',
  where: { layer: 0, part: 'attention' },
  on: ['gemma4/e2b/pruned'],
  plant: { config: [{ at: 'slidingWindow', add: 1 }] },
})
