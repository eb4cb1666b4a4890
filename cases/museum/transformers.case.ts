/** transformers itself. */
import { exhibitCase } from './exhibit-case.js'

export default exhibitCase(
  'transformers/5.5.0-use-cache',
  'e2b',
  { config: 'old', layout: 'redundant' },
  {
    title: 'transformers 5.5.0 shares keys and values through the cache only',
    what: 'Layers that share keys and values found them in the cache. With use_cache=False, as in training, evaluation and every fine-tuning recipe, there is none, and they computed keys and values from weights that were never trained.',
    link: 'https://github.com/huggingface/transformers/issues/45242',
    shipped: { version: 'transformers 5.5.0', date: '2026-04-02' },
    mended: { version: '5.5.2', date: '2026-04-09' },
    wrong: { engine: 'transformers@5.5.0' },
    right: { engine: 'transformers@5.5.2' },
    outcome: 'fail',
    says: 'logits through the KV cache differ from those of one uncached pass by',
  },
)
