/** What mlx-vlm, on text alone, made of Gemma 4: two releases that answered, and were wrong, and two that refused. */
import { exhibitCase } from './exhibit-case.js'

const multimodal = { config: 'old', prefix: 'model.language_model.' } as const

export default [
  exhibitCase('mlx-vlm/0.4.3-rotary', '31b', multimodal, {
    title: 'mlx-vlm 0.4.3 turns full layers by the wrong angles',
    what: 'Gemma 4’s full layers spread a quarter of their rotary frequencies over the whole head. mlx-vlm turned the first quarter of the head by frequencies of that quarter: every model loaded, and every answer was computed with wrong positions.',
    link: 'https://github.com/Blaizzy/mlx-vlm/compare/v0.4.3...v0.4.4',
    shipped: { version: 'mlx-vlm 0.4.3', date: '2026-04-02' },
    mended: { version: '0.4.4', date: '2026-04-04' },
    wrong: { engine: 'mlx-vlm@0.4.3' },
    right: { engine: 'mlx-vlm@0.4.4' },
    outcome: 'fail',
    // At position 0 nothing is turned; layers 2 and 5 are the full ones.
    says: 'logits differ from the reference by .* at position 1 of prompt',
    layer: 2,
  }),
  exhibitCase(
    'mlx-vlm/0.4.4-shared-positions',
    'e2b',
    { ...multimodal, layout: 'redundant' },
    {
      title: 'mlx-vlm 0.4.4 reads shared keys from the wrong positions',
      what: 'Layers that share keys took their position from the donor’s cache, which had moved on within the same pass: queries of E2B and E4B stood as many positions too far as the pass had tokens. Nothing complained.',
      link: 'https://github.com/Blaizzy/mlx-vlm/pull/901',
      shipped: { version: 'mlx-vlm 0.4.4', date: '2026-04-04' },
      mended: { version: '0.5.0', date: '2026-05-06' },
      wrong: { engine: 'mlx-vlm@0.4.4' },
      right: { engine: 'mlx-vlm@0.5.0' },
      outcome: 'fail',
      // Layers 4 to 7 share.
      says: 'logits differ from the reference by',
      layer: 4,
    },
  ),
  exhibitCase(
    'mlx-vlm/0.6.1-pruned',
    'e2b',
    { ...multimodal, layout: 'pruned' },
    {
      title: 'mlx-vlm 0.6.1 refuses what transformers saves',
      what: 'The same mistake as in mlx-lm, mended there seven weeks before: K/V projections for layers that share them. Google’s own quantisation-aware checkpoints, saved by transformers, could not be loaded.',
      link: 'https://github.com/Blaizzy/mlx-vlm/pull/1301',
      shipped: { version: 'mlx-vlm 0.4.3', date: '2026-04-02' },
      mended: { version: '0.6.2', date: '2026-06-05' },
      wrong: { engine: 'mlx-vlm@0.6.1' },
      right: { engine: 'mlx-vlm@0.6.2' },
      outcome: 'error',
      says: 'Missing 12 parameters: (.|\n)*layers 4–7 share the keys and values of layers 2 and 3, and transformers does not save them',
    },
  ),
  exhibitCase(
    'mlx-vlm/0.7.10-per-layer-config',
    'e2b',
    { config: 'new', prefix: 'model.language_model.', layout: 'pruned' },
    {
      title: 'mlx-vlm 0.7.10 does not read the config that transformers writes',
      what: 'As mlx-lm, it knows global_head_dim and num_global_key_value_heads only, which transformers no longer writes.',
      link: 'https://github.com/jundot/omlx/issues/3537',
      shipped: { version: 'mlx-vlm 0.7.10, behind transformers 5.15.0', date: '2026-08-10' },
      mended: null,
      wrong: { engine: 'mlx-vlm@0.7.10' },
      right: { engine: 'transformers@5.23.0' },
      outcome: 'error',
      says: 'Expected shape (.|\n)*per_layer_config, as new transformers write it',
    },
  ),
]
