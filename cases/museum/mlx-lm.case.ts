/** What mlx-lm made of K/V tensors of layers that share them, and of the config that transformers writes today. */
import { exhibitCase } from './exhibit-case.js'

const sharing = 'layers 4–7 share the keys and values of layers 2 and 3'

export default [
  exhibitCase(
    'mlx-lm/0.31.2-pruned',
    'e2b',
    { config: 'old', layout: 'pruned' },
    {
      title: 'mlx-lm 0.31.2 refuses what transformers saves',
      what: 'mlx-lm made K/V projections for every layer, those too that share the ones of an earlier layer. transformers does not save those, so that no fine-tuned, merged or abliterated E2B or E4B could be loaded.',
      link: 'https://github.com/ml-explore/mlx-lm/pull/1158',
      shipped: { version: 'mlx-lm 0.31.2', date: '2026-04-07' },
      mended: { version: '0.31.3', date: '2026-04-22' },
      wrong: { engine: 'mlx-lm@0.31.2' },
      right: { engine: 'mlx-lm@0.31.3' },
      outcome: 'error',
      says: `Missing 12 parameters: (.|\n)*${sharing}, and transformers does not save them`,
    },
  ),
  exhibitCase(
    'mlx-lm/0.31.3-redundant',
    'e2b',
    { config: 'old', layout: 'redundant' },
    {
      title: 'mlx-lm 0.31.3 refuses Google’s originals',
      what: 'The repair of the pruned layout broke the redundant one: originals, and quantised files made of them, carry K/V tensors for layers that share, and mlx-lm no longer had a place for them.',
      link: 'https://github.com/ml-explore/mlx-lm/pull/1240',
      shipped: { version: 'mlx-lm 0.31.3', date: '2026-04-22' },
      mended: { version: '0.32.0', date: '2026-10-01' },
      wrong: { engine: 'mlx-lm@0.31.3' },
      right: { engine: 'mlx-lm@0.32.2' },
      outcome: 'error',
      says: `Received 12 parameters not in model: (.|\n)*${sharing}; tensors of their own, as this checkpoint holds, are left over`,
    },
  ),
  exhibitCase(
    'mlx-lm/0.32.2-per-layer-config',
    'e2b',
    { config: 'new', layout: 'pruned' },
    {
      title: 'mlx-lm 0.32.2 does not read the config that transformers writes',
      what: 'Since 5.15, transformers saves the sizes of single layers in per_layer_config and drops global_head_dim. mlx-lm then takes the head size of full layers from a default of its own, and a checkpoint of another size cannot be loaded.',
      link: 'https://github.com/huggingface/transformers/pull/47384',
      shipped: { version: 'mlx-lm 0.32.2, behind transformers 5.15.0', date: '2026-08-10' },
      mended: null,
      wrong: { engine: 'mlx-lm@0.32.2' },
      right: { engine: 'transformers@5.23.0' },
      outcome: 'error',
      says: 'Expected shape (.|\n)*per_layer_config, as new transformers write it',
    },
  ),
]
