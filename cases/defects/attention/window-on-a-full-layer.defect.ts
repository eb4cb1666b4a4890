import { defineDefect } from 'transformers-parity'

export default defineDefect({
  id: 'window-on-a-full-layer',
  because: 'The pattern of layer types is taken from a period in place of the list in the config.',
  where: { layer: 3, part: 'attention' },
  on: ['gemma4/e2b/pruned'],
  plant: { graph: [{ at: 'layer 3/self_attn/mask/Add', input: { index: 1, becomes: 'input:mask.sliding' } }] },
})
