import { defineDefect } from 'transformers-parity'

export default defineDefect({
  id: 'per-layer-scale-missing',
  because: 'Rows of the per-layer table are not multiplied by the root of their size.',
  where: { layer: 0, part: 'per-layer-input' },
  on: ['gemma4/e2b/pruned'],
  plant: { graph: [{ at: 'per_layer_inputs/table/Mul', bypass: 0 }] },
})
