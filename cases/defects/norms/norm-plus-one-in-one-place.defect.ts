import { defineDefect } from 'transformers-parity'

export default defineDefect({
  id: 'norm-plus-one-in-one-place',
  because:
    'A converter adds 1 to the weight of a norm, for engines that were made for Gemma 3, but the engine does not take it off.',
  where: { layer: 3, part: 'mlp' },
  on: ['gemma4/e2b/pruned'],
  plant: { tensors: [{ tensor: 'layers.3.pre_feedforward_layernorm.weight', add: 1 }] },
})
