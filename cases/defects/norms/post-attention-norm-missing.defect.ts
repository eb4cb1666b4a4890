import { defineDefect } from 'transformers-parity'

export default defineDefect({
  id: 'post-attention-norm-missing',
  because: 'Models without sandwich norms have none behind the attention.',
  where: { layer: 2, part: 'attention' },
  on: ['gemma4/e2b/pruned'],
  plant: { graph: [{ at: 'layer 2/post_attention_layernorm/SimplifiedLayerNormalization', bypass: 0 }] },
})
