/** What a text model needs of a repository; vision, other formats and second copies of the weights stay where they are. */

/** Configuration and tokenizer. All but `config.json` may be missing. */
export const sideFiles = [
  'config.json',
  'generation_config.json',
  'tokenizer.json',
  'tokenizer_config.json',
  'special_tokens_map.json',
  'added_tokens.json',
  'chat_template.jinja',
  'chat_template.json',
] as const

/** The weights in one file. Where it is there, transformers looks at nothing else. */
export const singleWeights = 'model.safetensors'
/** Names the files that the weights are spread over. */
export const weightsIndex = 'model.safetensors.index.json'
