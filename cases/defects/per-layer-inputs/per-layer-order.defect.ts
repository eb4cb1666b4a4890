import { defineDefect } from 'transformers-parity'

export default defineDefect({
  id: 'per-layer-order',
  because: 'A layer gets the slice of the one before.',
  where: { layer: 3, part: 'per-layer-input' },
  on: ['gemma4/e2b/pruned'],
  plant: {
    graph: [{ at: 'layer 3/per_layer_input/Mul', input: { index: 1, becomes: 'node:layer 2/per_layer_input/Slice' } }],
  },
})
