import { defineDefect } from 'transformers-parity'

export default defineDefect({
  id: 'not-causal',
  because: 'While prefilling, tokens see those behind them.',
  where: { layer: 0, part: 'attention' },
  on: ['gemma4/e2b/pruned'],
  plant: { host: { mask: 'not-causal' } },
})
