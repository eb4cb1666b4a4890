/** llama.cpp, and what makes its files. */
import { exhibitCase } from './exhibit-case.js'

export default exhibitCase(
  'llama-cpp/converter-0.1.1',
  'e2b',
  { config: 'old', layout: 'pruned' },
  {
    title: 'The converter to GGUF stops at transformers’ new config',
    what: 'llama.cpp’s convert_hf_to_gguf lets transformers read the config. Since 5.15 that gives per_layer_config whatever the file says, so that with a current transformers no Gemma 4 could be converted; its source was mended the day after, its package was not.',
    link: 'https://github.com/ggml-org/llama.cpp/pull/26882',
    shipped: { version: 'convert-hf-to-gguf 0.1.1 and transformers 5.15.0', date: '2026-08-10' },
    mended: null,
    wrong: { engine: 'llama-cpp@3.22.1', options: { converter: 'current' } },
    right: { engine: 'llama-cpp@3.22.1' },
    outcome: 'error',
    says: 'the converter to GGUF: KeyError: .global_head_dim',
  },
)
