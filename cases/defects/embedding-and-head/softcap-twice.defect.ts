import { defineDefect } from 'transformers-parity'

export default defineDefect({
  id: 'softcap-twice',
  because: 'The model caps its logits, and the sampler caps them again.',
  where: { layer: null, part: 'head' },
  on: ['gemma4/e4b/pruned'],
  plant: { graph: [{ at: 'softcap/Tanh', repeat: true }] },
})
