import { defineDefect } from 'transformers-parity'

export default defineDefect({
  id: 'rotary-fraction-ignored',
  because: 'Full layers rotate the whole head; partial_rotary_factor is not read.',
  where: { layer: 3, part: 'attention' },
  on: ['gemma4/e2b/pruned'],
  plant: { config: [{ at: 'rope.full.fraction', set: 1 }] },
})
