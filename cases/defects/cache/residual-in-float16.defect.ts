import { defineDefect } from 'transformers-parity'

export default defineDefect({
  id: 'residual-in-float16',
  because: 'Hidden states pass from layer to layer in half precision.',
  where: { layer: 0, part: 'layer-scalar' },
  on: ['gemma4/e4b/pruned'],
  plant: { graph: [{ at: '*/layer_scalar/Mul', round: 'float16' }] },
})
