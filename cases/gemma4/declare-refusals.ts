import type { Case, KnownDivergence, Relayout } from 'transformers-parity'

/** The sizes of single layers stand in `per_layer_config`, which transformers writes since 5.15. */
const newConfig: readonly KnownDivergence[] = [
  {
    engine: 'mlx-lm',
    because: 'mlx-lm reads only the config’s old spelling',
    link: 'https://github.com/huggingface/transformers/pull/47384',
    says: 'per_layer_config, as new transformers write it',
  },
  {
    engine: 'llama-cpp',
    because: 'the released converter to GGUF reads only the config’s old spelling',
    link: 'https://github.com/ggml-org/llama.cpp/pull/26882',
    says: 'per_layer_config, as new transformers write it',
  },
]

/** The text's weights alone, under the name of the multimodal architecture. */
const multimodalName: readonly KnownDivergence[] = [
  {
    engine: 'vllm',
    because: 'vLLM wants a vision_config beside that architecture',
    link: 'https://github.com/vllm-project/vllm/issues/15031',
    says: 'has no vision_config, which this engine reads',
  },
  {
    engine: 'mlx-lm',
    because:
      'mlx-lm overwrites the text’s vocab_size by one that it looks for beside text_config, 262,144 where there is none',
    link: 'https://github.com/ml-explore/mlx-lm/blob/v0.32.2/mlx_lm/models/gemma4.py',
    says: 'tells the size of the vocabulary, \\d+, in text_config, and this engine reads it beside that',
  },
]

/**
 * Declares which engines refuse the checkpoint of a case for how its config is written. Each refusal is known by the
 * harness's explanation of it: an engine that refuses for another reason, or computes something else, still fails, and one
 * that has learnt to read the config turns up as `fixed`.
 *
 * @param stored the spelling of the stored config, where the case does not rewrite it
 */
export function declareRefusals(item: Case, stored: NonNullable<Relayout['config']> = 'new'): Case {
  const { config = stored, prefix } = item.relayout ?? {}
  const known = [...(config === 'new' ? newConfig : []), ...(prefix === 'model.language_model.' ? multimodalName : [])]
  return known.length === 0 ? item : { ...item, known }
}
