import { defineDefect } from 'transformers-parity'

export default defineDefect({
  id: 'layer-scalar-of-the-neighbour',
  because: 'Scalars of all layers are kept in one list, which begins at the wrong layer.',
  where: { layer: 2, part: 'layer-scalar' },
  on: ['gemma4/31b'],
  plant: { tensors: [{ tensor: 'layers.2.layer_scalar', swapWith: 'layers.3.layer_scalar' }] },
})
