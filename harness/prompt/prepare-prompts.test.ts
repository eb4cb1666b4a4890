import { expect, it } from 'vitest'
import { refusal, temporaryFolder } from '../checkpoint/refusal.fixture.js'
import { preparePrompts } from './prepare-prompts.js'
import { ids, tokenizerConfig, tokenizerFolder, tokenizerJson } from './tokenizer.fixture.js'

it('gives each kind of prompt its ids: as stated, encoded, or rendered with the generation prompt', async () => {
  const prompts = await preparePrompts(await tokenizerFolder(), [
    { id: 'ids', tokens: [5, 6] },
    { id: 'text', text: 'a cat' },
    { id: 'chat', chat: [{ role: 'user', content: ' cat\n' }] },
  ])
  expect(prompts).toEqual([
    { id: 'ids', tokens: [5, 6] },
    { id: 'text', tokens: ids('<bos>', 'a', '▁cat') },
    {
      id: 'chat',
      tokens: ids('<bos>', '<|turn>', 'user', '\n', 'cat', '<turn|>', '\n', '<|turn>', ...Array.from('model'), '\n'),
    },
  ])
})

it('needs no tokenizer for ids', async () => {
  expect(await preparePrompts(await temporaryFolder(), [{ id: 'a', tokens: [1] }])).toEqual([{ id: 'a', tokens: [1] }])
})

it.each([
  ['an empty chat', { id: 'p', chat: [] }, {}, "PARITY_USAGE prompt 'p': the chat has no message"],
  [
    'text that gives nothing',
    { id: 'p', text: '' },
    { 'tokenizer.json': { ...tokenizerJson, post_processor: null } },
    "PARITY_USAGE prompt 'p': it gives no tokens",
  ],
  [
    'roles out of turn',
    { id: 'p', chat: [{ role: 'assistant', content: 'a' }] },
    {},
    "PARITY_USAGE prompt 'p': the chat template refuses the messages: roles must alternate, not \\u001b[31massistant",
  ],
  [
    'a token that the model has no row for',
    { id: 'p', text: 'a<new>' },
    {
      'tokenizer_config.json': { ...tokenizerConfig, extra_special_tokens: ['<new>'] },
      'config.json': {
        model_type: 'gemma4_text',
        architectures: ['Gemma4ForCausalLM'],
        num_hidden_layers: 1,
        vocab_size: Object.keys(tokenizerJson.model.vocab).length,
        vocab_size_per_layer_input: Object.keys(tokenizerJson.model.vocab).length,
      },
    },
    "PARITY_CHECKPOINT prompt 'p': the tokenizer gives token 298, but the model knows 298 tokens only",
  ],
] as const)('refuses %s', async (_, prompt, changes, message) => {
  expect(await refusal(preparePrompts(await tokenizerFolder(changes), [prompt]))).toBe(message)
})
