import { defineDefect } from 'transformers-parity'

export default defineDefect({
  id: 'position-ahead-when-decoding',
  because: 'Positions are counted from 1 when decoding and from 0 when prefilling.',
  where: { layer: 0, part: 'attention' },
  on: ['gemma4/31b'],
  plant: { host: { positions: { add: 1, when: 'decoding' } } },
})
