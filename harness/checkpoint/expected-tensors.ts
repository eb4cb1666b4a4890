import type { Gemma4Config, LayerConfig } from './gemma4-config.js'

export interface ExpectedTensor {
  readonly name: string
  readonly shape: readonly number[]
}

/** Exactly what the text model needs, as transformers names and shapes it; `lm_head.weight` only when untied. */
export function expectedTensors(config: Gemma4Config): ExpectedTensor[] {
  const { prefix, hiddenSize: hidden, vocabSize, vocabSizePerLayerInput, perLayerInputSize: perLayer, layers } = config
  const text: Shapes = {
    'embed_tokens.weight': [vocabSize, hidden],
    'norm.weight': [hidden],
    ...(perLayer > 0 && {
      'embed_tokens_per_layer.weight': [vocabSizePerLayerInput, layers.length * perLayer],
      'per_layer_model_projection.weight': [layers.length * perLayer, hidden],
      'per_layer_projection_norm.weight': [perLayer],
    }),
  }
  return [
    ...named(prefix, text),
    ...layers.flatMap((layer) => named(`${prefix}layers.${layer.index}.`, layerShapes(config, layer))),
    ...named('', config.tied ? {} : { 'lm_head.weight': [vocabSize, hidden] }),
  ]
}

type Shapes = Readonly<Record<string, readonly number[]>>

function named(prefix: string, shapes: Shapes): ExpectedTensor[] {
  return Object.entries(shapes).map(([name, shape]) => ({ name: prefix + name, shape }))
}

function layerShapes(config: Gemma4Config, layer: LayerConfig): Shapes {
  const { hiddenSize: hidden, perLayerInputSize: perLayer, experts } = config
  return {
    'input_layernorm.weight': [hidden],
    ...attentionShapes(config, layer),
    'post_attention_layernorm.weight': [hidden],
    'pre_feedforward_layernorm.weight': [hidden],
    'mlp.gate_proj.weight': [layer.intermediateSize, hidden],
    'mlp.up_proj.weight': [layer.intermediateSize, hidden],
    'mlp.down_proj.weight': [hidden, layer.intermediateSize],
    'post_feedforward_layernorm.weight': [hidden],
    ...(experts && {
      'router.proj.weight': [experts.count, hidden],
      'router.scale': [hidden],
      'router.per_expert_scale': [experts.count],
      'experts.gate_up_proj': [experts.count, 2 * experts.intermediateSize, hidden],
      'experts.down_proj': [experts.count, hidden, experts.intermediateSize],
      'pre_feedforward_layernorm_2.weight': [hidden],
      'post_feedforward_layernorm_1.weight': [hidden],
      'post_feedforward_layernorm_2.weight': [hidden],
    }),
    ...(perLayer > 0 && {
      'per_layer_input_gate.weight': [perLayer, hidden],
      'per_layer_projection.weight': [hidden, perLayer],
      'post_per_layer_input_norm.weight': [hidden],
    }),
    layer_scalar: [1],
  }
}

function attentionShapes({ hiddenSize, heads, attentionBias }: Gemma4Config, layer: LayerConfig): Shapes {
  const { headDim, kvHeads, donor, keyIsValue } = layer
  const linear = (name: string, rows: number, columns: number): Shapes => ({
    [`self_attn.${name}.weight`]: [rows, columns],
    ...(attentionBias && { [`self_attn.${name}.bias`]: [rows] }),
  })
  const own: Shapes = {
    ...linear('k_proj', kvHeads * headDim, hiddenSize),
    'self_attn.k_norm.weight': [headDim],
    ...(!keyIsValue && linear('v_proj', kvHeads * headDim, hiddenSize)),
  }
  return {
    ...linear('q_proj', heads * headDim, hiddenSize),
    'self_attn.q_norm.weight': [headDim],
    ...(donor === null && own),
    ...linear('o_proj', hiddenSize, heads * headDim),
  }
}
