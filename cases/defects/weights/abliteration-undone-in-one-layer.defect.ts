import { defineDefect } from 'transformers-parity'

export default defineDefect({
  id: 'abliteration-undone-in-one-layer',
  because: 'The weights of one layer were written before the refusal direction was projected out.',
  where: { layer: 5, part: 'attention' },
  on: ['gemma4/e4b-abliterated/pruned'],
  plant: {
    tensors: [
      { tensor: 'layers.5.self_attn.o_proj.weight', from: '../../checkpoints/gemma-4-e4b-fine-tuned' },
      { tensor: 'layers.5.mlp.down_proj.weight', from: '../../checkpoints/gemma-4-e4b-fine-tuned' },
      { tensor: 'layers.5.per_layer_projection.weight', from: '../../checkpoints/gemma-4-e4b-fine-tuned' },
    ],
  },
})
