import type { SpecialTokens } from './special-tokens.js'
import type { TokenizerJson } from './tokenizer-files.js'

/**
 * tokenizer.json as transformers 5 uses it for the class `GemmaTokenizer`: of the file only vocabulary, merges, added
 * tokens and post-processor; the rest is the class's own, whatever the file says (`tokenization_gemma.py`).
 */
export const asGemmaTokenizer = (json: TokenizerJson, { unk_token }: SpecialTokens): TokenizerJson => ({
  ...json,
  normalizer: { type: 'Replace', pattern: { String: ' ' }, content: '▁' },
  pre_tokenizer: { type: 'Split', pattern: { String: ' ' }, behavior: 'MergedWithPrevious', invert: false },
  decoder: {
    type: 'Sequence',
    decoders: [{ type: 'Replace', pattern: { String: '▁' }, content: ' ' }, { type: 'ByteFallback' }, { type: 'Fuse' }],
  },
  model: {
    type: 'BPE',
    vocab: json.model.vocab,
    merges: json.model.merges,
    unk_token,
    fuse_unk: true,
    byte_fallback: true,
  },
})
