import { defineDefect } from 'transformers-parity'

export default defineDefect({
  id: 'router-not-renormalised',
  because: 'The shares of the chosen experts are used as they come out of the softmax over all.',
  unseen: 'a factor that all chosen experts share cancels in the norm behind their sum',
  where: { layer: 0, part: 'router' },
  on: ['gemma4/26b-a4b'],
  plant: { graph: [{ at: '*/router/Div', bypass: 0 }] },
})
