import { defineDefect } from 'transformers-parity'

export default defineDefect({
  id: 'donor-off-by-one',
  because: 'The donor is counted from the wrong end: one layer of its type too early.',
  where: { layer: 4, part: 'attention' },
  on: ['gemma4/e2b/pruned'],
  plant: {
    config: [
      { at: 'layers.4.donor', set: 1 },
      { at: 'layers.5.donor', set: 1 },
      { at: 'layers.6.donor', set: 1 },
    ],
  },
})
