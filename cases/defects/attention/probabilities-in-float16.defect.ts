import { defineDefect } from 'transformers-parity'

export default defineDefect({
  id: 'probabilities-in-float16',
  because: 'Attention probabilities are kept in half precision.',
  where: { layer: 0, part: 'attention' },
  on: ['gemma4/e4b/pruned'],
  plant: { graph: [{ at: '*/self_attn/Softmax', round: 'float16' }] },
})
