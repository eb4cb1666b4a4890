import { defineDefect } from 'transformers-parity'

export default defineDefect({
  id: 'per-layer-mean-missing',
  because: 'Projection and table are added, but not divided by the root of 2.',
  unseen: 'a factor of the per-layer input cancels in the norm behind its projection',
  where: { layer: 0, part: 'per-layer-input' },
  on: ['gemma4/e4b/pruned'],
  plant: { graph: [{ at: 'per_layer_inputs/mean/Mul', bypass: 0 }] },
})
