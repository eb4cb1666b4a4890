import { defineDefect } from 'transformers-parity'

export default defineDefect({
  id: 'rotary-base-of-sliding-layers',
  because: 'One rotary base for all layers: full layers take that of the sliding ones.',
  where: { layer: 3, part: 'attention' },
  on: ['gemma4/e2b/pruned'],
  plant: { config: [{ at: 'rope.full.theta', set: 10000 }] },
})
