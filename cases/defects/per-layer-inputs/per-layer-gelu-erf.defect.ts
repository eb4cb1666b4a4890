import { defineDefect } from 'transformers-parity'

export default defineDefect({
  id: 'per-layer-gelu-erf',
  because: 'The gate of the per-layer input has the exact GELU.',
  where: { layer: 0, part: 'per-layer-input' },
  on: ['gemma4/e2b/pruned'],
  plant: { graph: [{ at: '*/per_layer_input/Gelu', attributes: { approximate: { s: 'none' } } }] },
})
