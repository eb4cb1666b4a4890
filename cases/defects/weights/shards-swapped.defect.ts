import { defineDefect } from 'transformers-parity'

export default defineDefect({
  id: 'shards-swapped',
  because: 'Two files of weights under each other’s name: shapes fit, layers do not.',
  where: { layer: 1, part: 'mlp' },
  on: ['gemma4/31b'],
  plant: {
    tensors: [
      { tensor: 'layers.1.mlp.gate_proj.weight', swapWith: 'layers.4.mlp.gate_proj.weight' },
      { tensor: 'layers.1.mlp.up_proj.weight', swapWith: 'layers.4.mlp.up_proj.weight' },
      { tensor: 'layers.1.mlp.down_proj.weight', swapWith: 'layers.4.mlp.down_proj.weight' },
    ],
  },
})
