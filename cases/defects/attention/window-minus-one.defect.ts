import { defineDefect } from 'transformers-parity'

export default defineDefect({
  id: 'window-minus-one',
  because: 'A window of W keys that leaves the query’s own out of the count.',
  where: { layer: 0, part: 'attention' },
  on: ['gemma4/e4b/pruned'],
  plant: { config: [{ at: 'slidingWindow', add: -1 }] },
})
