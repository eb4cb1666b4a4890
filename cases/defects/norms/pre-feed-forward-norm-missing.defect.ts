import { defineDefect } from 'transformers-parity'

export default defineDefect({
  id: 'pre-feed-forward-norm-missing',
  because: 'The norm before the feed-forward block is taken for the one behind the attention.',
  where: { layer: 1, part: 'mlp' },
  on: ['gemma4/31b'],
  plant: { graph: [{ at: 'layer 1/pre_feedforward_layernorm/SimplifiedLayerNormalization', bypass: 0 }] },
})
