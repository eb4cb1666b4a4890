import { defineDefect } from 'transformers-parity'

export default defineDefect({
  id: 'scores-scaled',
  because: 'Scores are divided by the root of the head size, as in nearly every other model; Gemma 4 has a scale of 1.',
  where: { layer: 0, part: 'attention' },
  on: ['gemma4/e2b/pruned'],
  plant: { graph: [{ at: '*/self_attn/scores/MatMul', through: { op: 'Mul', by: 0.17677669 } }] },
})
