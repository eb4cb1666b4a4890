import { defineDefect } from 'transformers-parity'

export default defineDefect({
  id: 'position-off-when-the-window-is-full',
  because: 'Once a rolling cache is full, the position is taken from its length.',
  where: { layer: 0, part: 'attention' },
  on: ['gemma4/e2b/pruned'],
  plant: { host: { positions: { add: 1, when: 'window-full' } } },
})
