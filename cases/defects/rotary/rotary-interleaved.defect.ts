import { defineDefect } from 'transformers-parity'

export default defineDefect({
  id: 'rotary-interleaved',
  because: 'Pairs are neighbours in place of the halves of a head, as in GPT-J.',
  where: { layer: 0, part: 'attention' },
  on: ['gemma4/e4b/pruned'],
  plant: { graph: [{ at: '*RotaryEmbedding', attributes: { interleaved: { i: 1 } } }] },
})
