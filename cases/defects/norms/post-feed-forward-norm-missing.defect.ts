import { defineDefect } from 'transformers-parity'

export default defineDefect({
  id: 'post-feed-forward-norm-missing',
  because: 'Models without sandwich norms have none behind the feed-forward block.',
  where: { layer: 5, part: 'mlp' },
  on: ['gemma4/31b'],
  plant: { graph: [{ at: 'layer 5/post_feedforward_layernorm/SimplifiedLayerNormalization', bypass: 0 }] },
})
