import { defineDefect } from 'transformers-parity'

export default defineDefect({
  id: 'softcap-of-another-model',
  because: 'The cap is a constant of the code, 50, in place of the config’s 30.',
  where: { layer: null, part: 'head' },
  on: ['gemma4/31b'],
  plant: { config: [{ at: 'softcap', set: 50 }] },
})
