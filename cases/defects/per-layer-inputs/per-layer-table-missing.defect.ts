import { defineDefect } from 'transformers-parity'

export default defineDefect({
  id: 'per-layer-table-missing',
  because: 'Prompts given as embeddings have no token ids to look up the per-layer rows by.',
  where: { layer: 0, part: 'per-layer-input' },
  on: ['gemma4/e4b/pruned'],
  plant: { graph: [{ at: 'per_layer_inputs/table/Mul', through: { op: 'Mul', by: 0 } }] },
})
