import { defineDefect } from 'transformers-parity'

export default defineDefect({
  id: 'keys-in-bfloat16',
  because: 'The keys of one layer are cached in bfloat16.',
  where: { layer: 1, part: 'attention' },
  on: ['gemma4/31b'],
  plant: { graph: [{ at: 'layer 1/self_attn/k_rotary/Reshape', round: 'bfloat16' }] },
})
