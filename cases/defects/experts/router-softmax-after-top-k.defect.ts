import { defineDefect } from 'transformers-parity'

export default defineDefect({
  id: 'router-softmax-after-top-k',
  because: 'The softmax runs over the chosen experts only, as in Mixtral.',
  unseen: 'renormalising the shares of the chosen experts gives the softmax over these alone: both are the same number',
  where: { layer: 1, part: 'router' },
  on: ['gemma4/26b-a4b'],
  plant: {
    graph: [
      { at: 'layer 1/experts/router/TopK', input: { index: 0, becomes: 'node:layer 1/experts/router/MatMul' } },
      { at: 'layer 1/experts/router/Div', op: 'Softmax', inputs: ['own:0'], attributes: { axis: { i: 0 } } },
    ],
  },
})
