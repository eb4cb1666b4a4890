import { defineDefect } from 'transformers-parity'

export default defineDefect({
  id: 'one-expert-too-few',
  because: 'The number of experts a token is a constant of the code.',
  where: { layer: 0, part: 'router' },
  on: ['gemma4/26b-a4b'],
  plant: { config: [{ at: 'experts.topK', set: 2 }] },
})
