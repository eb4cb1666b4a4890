import { defineDefect } from 'transformers-parity'

export default defineDefect({
  id: 'rotary-exponent-over-the-fraction',
  because:
    'The exponents of the frequencies run over the rotated part of a head; proportional ones run over all of it.',
  where: { layer: 2, part: 'attention' },
  on: ['gemma4/31b'],
  plant: { config: [{ at: 'rope.full.theta', set: 1e24 }] },
})
