import { defineDefect } from 'transformers-parity'

export default defineDefect({
  id: 'per-layer-root-size-missing',
  because: 'The projection is not divided by the root of the hidden size.',
  unseen: 'a factor of the projection cancels in the norm that follows it',
  where: { layer: 0, part: 'per-layer-input' },
  on: ['gemma4/e2b/pruned'],
  plant: { graph: [{ at: 'per_layer_inputs/root_size/Mul', bypass: 0 }] },
})
