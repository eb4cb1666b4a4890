import { defineDefect } from 'transformers-parity'

export default defineDefect({
  id: 'final-norm-plus-one',
  because: 'The last norm is that of the model family that the code was copied from.',
  where: { layer: null, part: 'head' },
  on: ['gemma4/e4b/pruned'],
  plant: { graph: [{ at: 'norm/SimplifiedLayerNormalization', through: { index: 1, op: 'Add', by: 1 } }] },
})
