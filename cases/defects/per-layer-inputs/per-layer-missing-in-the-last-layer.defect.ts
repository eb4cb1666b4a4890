import { defineDefect } from 'transformers-parity'

export default defineDefect({
  id: 'per-layer-missing-in-the-last-layer',
  because: 'Only the positions whose logits are wanted reach the last layer, its per-layer input does not.',
  where: { layer: 7, part: 'per-layer-input' },
  on: ['gemma4/e2b/pruned'],
  plant: { graph: [{ at: 'layer 7/per_layer_input/Add', bypass: 0 }] },
})
