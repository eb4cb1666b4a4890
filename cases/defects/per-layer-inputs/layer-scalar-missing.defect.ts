import { defineDefect } from 'transformers-parity'

export default defineDefect({
  id: 'layer-scalar-missing',
  because: 'layer_scalar is 1 in many checkpoints, so that nobody misses it.',
  where: { layer: 0, part: 'layer-scalar' },
  on: ['gemma4/e2b/pruned'],
  plant: { graph: [{ at: '*/layer_scalar/Mul', bypass: 0 }] },
})
