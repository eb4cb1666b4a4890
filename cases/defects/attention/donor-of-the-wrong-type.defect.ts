import { defineDefect } from 'transformers-parity'

export default defineDefect({
  id: 'donor-of-the-wrong-type',
  because:
    'The layer just before the shared ones is the donor of all, whatever its type; what does not fit is cut off.',
  where: { layer: 4, part: 'attention' },
  on: ['gemma4/e2b/pruned'],
  plant: {
    graph: [
      {
        at: 'layer 4/self_attn/scores/MatMul',
        input: { index: 1, becomes: 'node:output/present.3.keys' },
        cut: { index: 1, axis: 1, size: 32 },
      },
      {
        at: 'layer 4/self_attn/MatMul',
        input: { index: 1, becomes: 'node:output/present.3.values' },
        cut: { index: 1, axis: 2, size: 32 },
      },
    ],
  },
})
