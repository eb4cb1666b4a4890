import { defineDefect } from 'transformers-parity'

export default defineDefect({
  id: 'router-without-norm',
  because: 'The router reads hidden states that did not go through its norm.',
  where: { layer: 3, part: 'router' },
  on: ['gemma4/26b-a4b'],
  plant: { graph: [{ at: 'layer 3/experts/router/norm/SimplifiedLayerNormalization', bypass: 0 }] },
})
