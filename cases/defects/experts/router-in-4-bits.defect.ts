import { defineDefect } from 'transformers-parity'

export default defineDefect({
  id: 'router-in-4-bits',
  because: 'A quantiser takes the router for one more linear layer.',
  where: { layer: 2, part: 'router' },
  on: ['gemma4/26b-a4b'],
  plant: { tensors: [{ tensor: 'layers.2.router.proj.weight', quantise: { bits: 4, group: 32 } }] },
})
