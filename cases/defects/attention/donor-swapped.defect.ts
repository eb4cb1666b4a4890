import { defineDefect } from 'transformers-parity'

export default defineDefect({
  id: 'donor-swapped',
  because: 'A shared layer reads the first layer of its type in place of the last one that has keys and values.',
  where: { layer: 4, part: 'attention' },
  on: ['gemma4/e2b/pruned'],
  plant: { config: [{ at: 'layers.4.donor', set: 0 }] },
})
