import { defineDefect } from 'transformers-parity'

export default defineDefect({
  id: 'gelu-erf-in-one-layer',
  because: 'A fused kernel, used where its sizes fit, has the exact GELU.',
  where: { layer: 4, part: 'mlp' },
  on: ['gemma4/e4b/pruned'],
  plant: { graph: [{ at: 'layer 4/mlp/Gelu', attributes: { approximate: { s: 'none' } } }] },
})
