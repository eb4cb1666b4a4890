import { defineDefect } from 'transformers-parity'

export default defineDefect({
  id: 'logits-in-bfloat16',
  because: 'The head computes in the dtype of the weights.',
  where: { layer: null, part: 'head' },
  on: ['gemma4/e2b/pruned'],
  plant: { graph: [{ at: 'lm_head/Gemm', round: 'bfloat16' }] },
})
