import { modelFields, parseFields, textFields, type TextFields } from './config-fields.js'
import type { Gemma4Config } from './gemma4-config.js'
import { parseLayers } from './layer-geometry.js'
import { parseRope } from './rope.js'
import { unusable } from './unusable.js'

export type { Gemma4Config, LayerConfig, Prefix, Rope } from './gemma4-config.js'

const architectures = ['Gemma4ForCausalLM', 'Gemma4ForConditionalGeneration', 'Gemma4TextModel', 'Gemma4Model']

/**
 * config.json of a Gemma 4 checkpoint, with the defaults of transformers. The prefix is the one that the architecture is
 * saved with; `readCheckpoint` replaces it by the one found. Throws PARITY_CHECKPOINT naming file and field.
 */
export function parseGemma4Config(json: unknown, file: string): Gemma4Config {
  const model = parseFields(modelFields, json, file)
  const architecture = model.architectures?.[0]
  checkIsGemma4(architecture, model.model_type, file)

  const multimodal = model.text_config !== undefined || model.model_type === 'gemma4'
  const at = model.text_config ? 'text_config' : ''
  const fields = parseFields(textFields, model.text_config ?? json, file, at)
  checkIsComputable(fields, model.quantization_config ?? fields.quantization_config, file)

  const layers = parseLayers(fields, file)
  const has = (type: 'sliding' | 'full') => layers.some((layer) => layer.type === type)
  return {
    architecture: architecture ?? (multimodal ? 'Gemma4ForConditionalGeneration' : 'Gemma4ForCausalLM'),
    vocabSize: fields.vocab_size,
    vocabSizePerLayerInput: fields.vocab_size_per_layer_input,
    hiddenSize: fields.hidden_size,
    heads: fields.num_attention_heads,
    perLayerInputSize: fields.hidden_size_per_layer_input,
    eps: fields.rms_norm_eps,
    slidingWindow: fields.sliding_window,
    softcap: fields.final_logit_softcapping ?? null,
    // Of a multimodal model, transformers asks the outer config only.
    tied: multimodal ? model.tie_word_embeddings : fields.tie_word_embeddings,
    attentionBias: fields.attention_bias,
    rope: {
      sliding: has('sliding') ? parseRope(fields, 'sliding_attention', file, at) : null,
      full: has('full') ? parseRope(fields, 'full_attention', file, at) : null,
    },
    experts: parseExperts(fields, file),
    layers,
    prefix: multimodal ? 'model.language_model.' : 'model.',
  }
}

function checkIsGemma4(architecture: string | undefined, modelType: string | undefined, file: string): void {
  const named = architecture === undefined || architectures.includes(architecture)
  const typed = modelType === undefined ? architecture !== undefined : ['gemma4', 'gemma4_text'].includes(modelType)
  if (named && typed) return
  const found = `architecture ${architecture ?? 'not stated'}, model_type ${modelType ?? 'not stated'}`
  throw unusable(file, `not a Gemma 4 model (${found})`, 'Only Gemma 4 checkpoints can be judged.')
}

function checkIsComputable(fields: TextFields, quantization: unknown, file: string): void {
  if (quantization !== undefined && quantization !== null) {
    const hint = 'Name the checkpoint that it was quantised from, in float32, float16 or bfloat16.'
    throw unusable(file, 'quantization_config: quantised checkpoints are not read by this engine', hint)
  }
  if (fields.hidden_activation !== 'gelu_pytorch_tanh') {
    const what = `hidden_activation is '${fields.hidden_activation}'`
    throw unusable(file, what, 'Every Gemma 4 model uses gelu_pytorch_tanh; nothing else is computed here.')
  }
  if (fields.use_bidirectional_attention === 'all') {
    throw unusable(
      file,
      "use_bidirectional_attention is 'all'",
      'Such a model embeds text; it has no next token to compare.',
    )
  }
}

function parseExperts(fields: TextFields, file: string): Gemma4Config['experts'] {
  if (!fields.enable_moe_block) return null
  const { num_experts: count, top_k_experts: topK, moe_intermediate_size: intermediateSize } = fields
  const hint = 'Correct config.json, or save the checkpoint with transformers again.'
  if (!count || !topK || !intermediateSize) {
    const what = 'enable_moe_block needs num_experts, top_k_experts and moe_intermediate_size'
    throw unusable(file, what, hint)
  }
  if (topK > count) throw unusable(file, `top_k_experts is ${topK}, but there are ${count} experts`, hint)
  return { count, topK, intermediateSize }
}
