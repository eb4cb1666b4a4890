import { defineDefect } from 'transformers-parity'

export default defineDefect({
  id: 'window-ignored-on-shared-layers',
  because: 'Some kernels drop the window when keys and values come from another layer.',
  where: { layer: 4, part: 'attention' },
  on: ['gemma4/e2b/pruned'],
  plant: {
    graph: [
      { at: 'layer 4/self_attn/mask/Add', input: { index: 1, becomes: 'input:mask.full' } },
      { at: 'layer 5/self_attn/mask/Add', input: { index: 1, becomes: 'input:mask.full' } },
      { at: 'layer 6/self_attn/mask/Add', input: { index: 1, becomes: 'input:mask.full' } },
    ],
  },
})
