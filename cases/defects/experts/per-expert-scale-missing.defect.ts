import { defineDefect } from 'transformers-parity'

export default defineDefect({
  id: 'per-expert-scale-missing',
  because: 'The scale of each expert is left out.',
  where: { layer: 0, part: 'router' },
  on: ['gemma4/26b-a4b'],
  plant: { graph: [{ at: '*/router/per_expert_scale/Mul', bypass: 0 }] },
})
