import { defineDefect } from 'transformers-parity'

export default defineDefect({
  id: 'window-ignored',
  because: 'Sliding layers see everything: right until a prompt is longer than the window.',
  where: { layer: 0, part: 'attention' },
  on: ['gemma4/e2b/pruned'],
  plant: { config: [{ at: 'slidingWindow', set: 1000000 }] },
})
