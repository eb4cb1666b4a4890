import { defineDefect } from 'transformers-parity'

export default defineDefect({
  id: 'embedding-scale-rounded',
  because: 'The scale is rounded to bfloat16, as it is in a bfloat16 model, in a float32 one.',
  where: { layer: null, part: 'embedding' },
  on: ['gemma4/e2b/pruned'],
  plant: { graph: [{ at: 'embed_tokens/Mul', input: { index: 1, becomes: 9.8125 } }] },
})
