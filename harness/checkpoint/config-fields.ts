import { z } from 'zod'
import { unusable } from './unusable.js'

const size = z.int().positive()
const count = z.int().nonnegative()
const rope = z.looseObject({ rope_type: z.string().optional(), type: z.string().optional() })
const layerType = z.enum(['sliding_attention', 'full_attention'])

const whole = {
  model_type: z.string().optional(),
  architectures: z.array(z.string()).nullish(),
  quantization_config: z.unknown().optional(),
}

/** The parts of config.json that lie outside the text model, whichever class saved it. */
export const modelFields = z.looseObject({
  ...whole,
  text_config: z.record(z.string(), z.unknown()).nullish(),
  tie_word_embeddings: z.boolean().default(true),
})

/** Defaults: transformers 5.23, `Gemma4TextConfig`. An absent field has its default, `null` has not. */
export const textFields = z.looseObject({
  ...whole,
  vocab_size: size.default(262_144),
  vocab_size_per_layer_input: size.default(262_144),
  hidden_size: size.default(2304),
  intermediate_size: size.default(9216),
  num_hidden_layers: size.max(4096).default(30),
  num_attention_heads: size.default(8),
  num_key_value_heads: size.default(4),
  head_dim: size.default(256),
  global_head_dim: size.nullable().default(512),
  num_global_key_value_heads: size.nullish(),
  per_layer_config: z.record(z.string(), z.record(z.string(), z.unknown())).nullish(),
  hidden_activation: z.string().default('gelu_pytorch_tanh'),
  rms_norm_eps: z.number().nonnegative().default(1e-6),
  tie_word_embeddings: z.boolean().default(true),
  rope_parameters: z.looseObject({ sliding_attention: rope.nullish(), full_attention: rope.nullish() }).nullish(),
  rope_scaling: z.unknown().optional(),
  attention_bias: z.boolean().default(false),
  sliding_window: size.default(512),
  layer_types: z.array(layerType).nullish(),
  final_logit_softcapping: z.number().positive().nullish(),
  use_bidirectional_attention: z.enum(['all', 'vision']).nullish(),
  hidden_size_per_layer_input: count.default(256),
  attention_k_eq_v: z.boolean().default(false),
  num_kv_shared_layers: count.default(0),
  enable_moe_block: z.boolean().default(false),
  use_double_wide_mlp: z.boolean().default(false),
  num_experts: size.nullish(),
  top_k_experts: size.nullish(),
  moe_intermediate_size: size.nullish(),
})
export type TextFields = z.output<typeof textFields>

/** Fields of a part of config.json. Throws PARITY_CHECKPOINT naming file and fields. `at`: the part's path, or ''. */
export function parseFields<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  file: string,
  at = '',
): z.output<Schema> {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const problems = result.error.issues.map(({ path, message }) => {
    const field = [at, ...path].filter((part) => part !== '').join('.')
    const what = message.endsWith('received undefined') ? 'is missing' : message.replace('Invalid input: ', '')
    return field === '' ? what : `${field}: ${what}`
  })
  throw unusable(file, problems.join('; '), 'Correct config.json, or save the checkpoint with transformers again.')
}
