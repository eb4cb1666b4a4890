import { defineDefect } from 'transformers-parity'

export default defineDefect({
  id: 'router-root-size-missing',
  because: 'The router’s input is not divided by the root of the hidden size.',
  where: { layer: 0, part: 'router' },
  on: ['gemma4/26b-a4b'],
  plant: { graph: [{ at: '*/router/root_size/Mul', bypass: 0 }] },
})
