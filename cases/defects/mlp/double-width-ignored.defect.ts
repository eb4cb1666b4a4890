import { defineDefect } from 'transformers-parity'

export default defineDefect({
  id: 'double-width-ignored',
  because: 'use_double_wide_mlp is not read, and the second half of the shared layers’ MLP is not used.',
  where: { layer: 4, part: 'mlp' },
  on: ['gemma4/e2b/pruned'],
  plant: {
    tensors: [
      { tensor: 'layers.4.mlp.gate_proj.weight', rows: [128, 256], value: 0 },
      { tensor: 'layers.5.mlp.gate_proj.weight', rows: [128, 256], value: 0 },
      { tensor: 'layers.6.mlp.gate_proj.weight', rows: [128, 256], value: 0 },
      { tensor: 'layers.7.mlp.gate_proj.weight', rows: [128, 256], value: 0 },
    ],
  },
})
