import { defineDefect } from 'transformers-parity'

export default defineDefect({
  id: 'weight-row-zeroed',
  because: 'A row of a weight is lost, by memory or disk.',
  where: { layer: 2, part: 'mlp' },
  on: ['gemma4/31b'],
  plant: { tensors: [{ tensor: 'layers.2.mlp.up_proj.weight', rows: [7, 8], value: 0 }] },
})
