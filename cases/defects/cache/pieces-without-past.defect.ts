import { defineDefect } from 'transformers-parity'

export default defineDefect({
  id: 'pieces-without-past',
  because: 'Prompts are prefilled in pieces of 8, which see themselves only.',
  where: { layer: 0, part: 'attention' },
  on: ['gemma4/e2b/pruned'],
  plant: { host: { chunk: 8, mask: 'without-past' } },
})
