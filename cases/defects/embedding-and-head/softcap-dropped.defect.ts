import { defineDefect } from 'transformers-parity'

export default defineDefect({
  id: 'softcap-dropped',
  because: 'Logits are not capped: the order of tokens stays, probabilities do not.',
  where: { layer: null, part: 'head' },
  on: ['gemma4/e2b/pruned'],
  plant: { config: [{ at: 'softcap', set: null }] },
})
