import { defineDefect } from 'transformers-parity'

export default defineDefect({
  id: 'experts-missing',
  because: 'The dense branch runs, the experts beside it do not.',
  where: { layer: 5, part: 'experts' },
  on: ['gemma4/26b-a4b'],
  plant: { graph: [{ at: 'layer 5/dense_and_experts/Add', bypass: 0 }] },
})
