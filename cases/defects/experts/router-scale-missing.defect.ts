import { defineDefect } from 'transformers-parity'

export default defineDefect({
  id: 'router-scale-missing',
  because: 'The router’s learned scale is left out.',
  where: { layer: 0, part: 'router' },
  on: ['gemma4/26b-a4b'],
  plant: { graph: [{ at: '*/router/scale/Mul', bypass: 0 }] },
})
