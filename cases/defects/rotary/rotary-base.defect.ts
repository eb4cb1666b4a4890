import { defineDefect } from 'transformers-parity'

export default defineDefect({
  id: 'rotary-base',
  because: 'The base of the rotary frequencies is off by a hundredth.',
  where: { layer: 0, part: 'attention' },
  on: ['gemma4/e2b/pruned'],
  plant: {
    config: [
      { at: 'rope.sliding.theta', times: 1.01 },
      { at: 'rope.full.theta', times: 1.01 },
    ],
  },
})
