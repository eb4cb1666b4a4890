import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { temporaryFolder } from '../checkpoint/refusal.fixture.js'

const special = ['<pad>', '<eos>', '<bos>', '<unk>', '<mask>', '<|turn>', '<turn|>']
const bytes = Array.from({ length: 256 }, (_, i) => `<0x${i.toString(16).toUpperCase().padStart(2, '0')}>`)
const pieces = ['▁', '\n', ...Array.from('abcdefghijklmnopqrstuvwxyz'), 'ca', 'cat', '▁cat', 'ta', 'us', 'user', 'er']
const tokens = [...special, ...bytes, ...pieces]

/** Ids of tokens by name: `ids('<bos>', 'cat')`. */
export const ids = (...names: readonly string[]): number[] => names.map((name) => tokens.indexOf(name))

export const template = `{{- bos_token -}}
{% for message in messages %}
    {% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}
        {{ raise_exception('roles must alternate, not \\x1b[31m' + message['role']) }}
    {% endif %}
{{- '<|turn>' + message['role'] + '\\n' + message['content'] | trim + '<turn|>\\n' -}}
{% endfor %}
{% if add_generation_prompt %}
{{- '<|turn>model\\n' -}}
{% endif %}
`

/** tokenizer.json of a small Gemma: byte-level fallback BPE, `<bos>` in front. */
export const tokenizerJson = {
  version: '1.0',
  truncation: null,
  padding: null,
  added_tokens: special.map((content, id) => ({ id, content, special: true, normalized: false })),
  normalizer: { type: 'Replace', pattern: { String: ' ' }, content: '▁' },
  pre_tokenizer: null,
  post_processor: {
    type: 'TemplateProcessing',
    single: [{ SpecialToken: { id: '<bos>', type_id: 0 } }, { Sequence: { id: 'A', type_id: 0 } }],
    pair: [],
    special_tokens: { '<bos>': { id: '<bos>', ids: [2], tokens: ['<bos>'] } },
  },
  decoder: {
    type: 'Sequence',
    decoders: [{ type: 'Replace', pattern: { String: '▁' }, content: ' ' }, { type: 'ByteFallback' }, { type: 'Fuse' }],
  },
  model: {
    type: 'BPE',
    unk_token: '<unk>',
    fuse_unk: true,
    byte_fallback: true,
    vocab: Object.fromEntries(tokens.map((token, id) => [token, id])),
    merges: ['t a', 'c a', 'ca t', '▁ cat', 'e r', 'u s', 'us er'],
  },
}

export const tokenizerConfig = {
  tokenizer_class: 'GemmaTokenizer',
  bos_token: '<bos>',
  eos_token: { __type: 'AddedToken', content: '<eos>', special: true },
  eot_token: '<turn|>',
}

/** By name: an object is written as JSON, a string as it is, and nothing for `undefined`. */
export type TokenizerFolder = Readonly<Record<string, string | object | undefined>>

/** Folder of a checkpoint that has only a tokenizer; `changes` replace its files. */
export async function tokenizerFolder(changes: TokenizerFolder = {}): Promise<string> {
  const folder = await temporaryFolder()
  const files: TokenizerFolder = {
    'tokenizer.json': tokenizerJson,
    'tokenizer_config.json': tokenizerConfig,
    'chat_template.jinja': template,
    ...changes,
  }
  for (const [name, content] of Object.entries(files)) {
    if (content === undefined) continue
    await writeFile(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content))
  }
  return folder
}
