import { defineDefect } from 'transformers-parity'

export default defineDefect({
  id: 'final-norm-missing',
  because: 'Logits are computed from hidden states that did not go through the last norm.',
  where: { layer: null, part: 'head' },
  on: ['gemma4/31b'],
  plant: { graph: [{ at: 'norm/SimplifiedLayerNormalization', bypass: 0 }] },
})
