import { defineDefect } from 'transformers-parity'

export default defineDefect({
  id: 'per-layer-missing-in-one-layer',
  because: 'A layer without its per-layer input.',
  where: { layer: 2, part: 'per-layer-input' },
  on: ['gemma4/e4b/pruned'],
  plant: { graph: [{ at: 'layer 2/per_layer_input/Add', bypass: 0 }] },
})
