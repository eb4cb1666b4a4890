import { defineDefect } from 'transformers-parity'

export default defineDefect({
  id: 'layer-scalar-missing-in-one-layer',
  because: 'The fast path of shared layers forgets layer_scalar.',
  where: { layer: 4, part: 'layer-scalar' },
  on: ['gemma4/e4b/pruned'],
  plant: { graph: [{ at: 'layer 4/layer_scalar/Mul', bypass: 0 }] },
})
