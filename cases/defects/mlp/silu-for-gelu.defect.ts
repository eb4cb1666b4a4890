import { defineDefect } from 'transformers-parity'

export default defineDefect({
  id: 'silu-for-gelu',
  because: 'The activation of most other models.',
  where: { layer: 0, part: 'mlp' },
  on: ['gemma4/31b'],
  plant: { graph: [{ at: '*/mlp/Gelu', op: 'QuickGelu', domain: 'com.microsoft', attributes: { alpha: { f: 1 } } }] },
})
