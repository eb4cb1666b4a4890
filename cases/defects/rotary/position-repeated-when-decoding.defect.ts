import { defineDefect } from 'transformers-parity'

export default defineDefect({
  id: 'position-repeated-when-decoding',
  because: 'The first generated token gets the position of the prompt’s last one, and all later ones follow.',
  where: { layer: 0, part: 'attention' },
  on: ['gemma4/e4b/pruned'],
  plant: { host: { positions: { add: -1, when: 'decoding' } } },
})
