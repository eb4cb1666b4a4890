import { defineDefect } from 'transformers-parity'

export default defineDefect({
  id: 'norm-epsilon',
  because: 'The epsilon of the norms is a constant of the code, 1e-5, in place of the config’s 1e-6.',
  where: { layer: 0, part: 'attention' },
  on: ['gemma4/e2b/pruned'],
  plant: { config: [{ at: 'eps', set: 1e-5 }] },
})
