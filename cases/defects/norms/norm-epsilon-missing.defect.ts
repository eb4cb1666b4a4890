import { defineDefect } from 'transformers-parity'

export default defineDefect({
  id: 'norm-epsilon-missing',
  because: 'No epsilon at all.',
  unseen: 'hidden states are so much larger that 1e-6 beside their mean square is rounding',
  where: { layer: 0, part: 'attention' },
  on: ['gemma4/e2b/pruned'],
  plant: { config: [{ at: 'eps', set: 0 }] },
})
