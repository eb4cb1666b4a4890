import { defineDefect } from 'transformers-parity'

export default defineDefect({
  id: 'shared-queries-ahead',
  because:
    'Layers that share keys take their position from the donor’s cache, which the same pass has already filled: queries stand too far by as many positions as it has tokens.',
  link: 'https://github.com/Blaizzy/mlx-vlm/pull/901',
  where: { layer: 4, part: 'attention' },
  on: ['gemma4/e2b/pruned'],
  plant: { host: { sharedQueries: 'behind-the-pass' } },
})
