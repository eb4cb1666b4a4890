import { defineDefect } from 'transformers-parity'

export default defineDefect({
  id: 'shared-layers-on-their-own',
  because:
    'Layers that should share compute keys and values of their own, from tensors that originals carry and nobody trained.',
  link: 'https://github.com/huggingface/transformers/issues/45242',
  where: { layer: 4, part: 'attention' },
  on: ['gemma4/e2b/redundant'],
  plant: {
    config: [4, 5, 6, 7].map((layer) => ({ at: `layers.${layer}.donor`, set: null })),
  },
})
