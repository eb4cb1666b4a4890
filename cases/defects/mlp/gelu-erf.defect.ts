import { defineDefect } from 'transformers-parity'

export default defineDefect({
  id: 'gelu-erf',
  because: 'The exact GELU in place of its tanh approximation: `gelu_pytorch_tanh` read as `gelu`.',
  where: { layer: 0, part: 'mlp' },
  on: ['gemma4/e2b/pruned'],
  plant: { graph: [{ at: '*/mlp/Gelu', attributes: { approximate: { s: 'none' } } }] },
})
