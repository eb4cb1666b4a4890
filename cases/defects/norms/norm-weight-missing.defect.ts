import { defineDefect } from 'transformers-parity'

export default defineDefect({
  id: 'norm-weight-missing',
  because: 'A norm whose weight was not found is made of ones.',
  where: { layer: 4, part: 'attention' },
  on: ['gemma4/e2b/pruned'],
  plant: { tensors: [{ tensor: 'layers.4.input_layernorm.weight', times: 0, add: 1 }] },
})
