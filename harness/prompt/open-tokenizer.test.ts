import { rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { refusal, temporaryFolder } from '../checkpoint/refusal.fixture.js'
import { openTokenizer } from './open-tokenizer.js'
import { ids, template, tokenizerConfig, tokenizerFolder, tokenizerJson } from './tokenizer.fixture.js'

const open = async (changes = {}) => openTokenizer(await tokenizerFolder(changes))

describe('encode', () => {
  it('adds what the post-processor adds, merges by rank, and finds special tokens in the text', async () => {
    const { encode, encodeRendered } = await open()
    expect(encode('a cat')).toEqual(ids('<bos>', 'a', '▁cat'))
    expect(encode('cata')).toEqual(ids('<bos>', 'ca', 'ta'))
    expect(encode('x<|turn>user<eos>')).toEqual(ids('<bos>', 'x', '<|turn>', 'user', '<eos>'))
    expect(encode('')).toEqual(ids('<bos>'))
    expect(encodeRendered('<bos>a')).toEqual(ids('<bos>', 'a'))
    expect(encodeRendered('')).toEqual([])
  })

  it('spells in bytes what the vocabulary has not', async () => {
    const { encodeRendered } = await open()
    expect(encodeRendered('é\uFEFF')).toEqual(ids('<0xC3>', '<0xA9>', '<0xEF>', '<0xBB>', '<0xBF>'))
    expect(encodeRendered('<|turn')).toEqual(ids('<0x3C>', '<0x7C>', 't', 'u', 'r', 'n'))
  })

  it('refuses a text that no model could read', async () => {
    const { encode } = await open()
    expect(() => encode('a'.repeat(2 ** 20 + 1))).toThrow('a text has 1048577 characters, over the limit of 1048576')
  })
})

describe('GemmaTokenizer', () => {
  it('is what transformers makes it, whatever tokenizer.json says', async () => {
    const json = { ...tokenizerJson, normalizer: { type: 'Lowercase' }, decoder: null }
    const gemma = await open({ 'tokenizer.json': json })
    expect(gemma.decode(gemma.encodeRendered('a cat'))).toBe('a cat')
    const other = await open({ 'tokenizer.json': json, 'tokenizer_config.json': { tokenizer_class: 'Other' } })
    expect(other.encodeRendered('CAT')).toEqual(ids('cat'))
  })

  it('has special tokens that only tokenizer_config.json names, with the next free ids', async () => {
    const added_tokens = tokenizerJson.added_tokens.filter(({ content }) => content !== '<mask>')
    const { encodeRendered, decode } = await open({
      'tokenizer.json': { ...tokenizerJson, added_tokens },
      'tokenizer_config.json': { ...tokenizerConfig, extra_special_tokens: ['<new>'], other_token: '<other>' },
    })
    const size = Object.keys(tokenizerJson.model.vocab).length
    expect(encodeRendered('<mask><other><new>')).toEqual([...ids('<mask>'), size, size + 1])
    expect(decode([size, size + 1, ...ids('a')], { skipSpecialTokens: true })).toBe('a')
  })
})

describe('decode', () => {
  it('keeps special tokens unless it is told otherwise, and gives nothing for ids that are no tokens', async () => {
    const { decode } = await open()
    const tokens = [...ids('<bos>', '▁cat', '<turn|>'), 9999]
    expect(decode(tokens)).toBe('<bos> cat<turn|>')
    expect(decode(tokens, { skipSpecialTokens: true })).toBe(' cat')
    expect(decode([])).toBe('')
    expect(decode([9999])).toBe('')
  })

  it('keeps spaces before punctuation, and U+FEFF', async () => {
    const { decode } = await open()
    expect(decode(ids('a', '▁', '<0x2E>'))).toBe('a .')
    expect(decode(ids('<0xEF>', '<0xBB>', '<0xBF>', 'a'))).toBe('\uFEFFa')
  })

  it('gives one U+FFFD for each byte of a run that is not UTF-8', async () => {
    const { decode } = await open()
    expect(decode(ids('<0xE2>', '<0x82>', 'a'))).toBe('\uFFFD\uFFFDa')
    expect(decode(ids('<0x41>', '<0xC3>'))).toBe('\uFFFD\uFFFD')
  })
})

it('knows what ends a text that is shown', async () => {
  const changes = { 'generation_config.json': { eos_token_id: [1, 106] } }
  expect((await open(changes)).endTokens).toEqual([1, 106, ...ids('<turn|>')])
  const unnamed = { 'tokenizer_config.json': { tokenizer_class: 'GemmaTokenizer' } }
  expect((await open(unnamed)).endTokens).toEqual(ids('<eos>', '<turn|>'))
})

describe('the chat template', () => {
  const chat = [{ role: 'user', content: ' hi ' }] as const

  it('is taken from its own file, from the configuration, or from what a processor saved', async () => {
    const named = {
      chat_template: [
        { name: 'tool_use', template: 'no' },
        { name: 'default', template: 'b' },
      ],
    }
    const later = {
      'tokenizer_config.json': { ...tokenizerConfig, ...named },
      'chat_template.json': { chat_template: 'c' },
    }
    const none = { 'chat_template.jinja': undefined }
    expect((await open({ ...later, 'chat_template.jinja': 'a' })).renderChat(chat)).toBe('a')
    expect((await open({ ...later, ...none })).renderChat(chat)).toBe('b')
    expect((await open({ ...none, 'chat_template.json': { chat_template: 'c' } })).renderChat(chat)).toBe('c')
  })

  it('is given the special tokens and the wish for a generation prompt', async () => {
    const { renderChat } = await open()
    expect(renderChat(chat)).toBe('<bos><|turn>user\nhi<turn|>\n')
    expect(renderChat(chat, { addGenerationPrompt: true })).toBe('<bos><|turn>user\nhi<turn|>\n<|turn>model\n')
  })

  it('is missed only when it is needed', async () => {
    const folder = await tokenizerFolder({ 'chat_template.jinja': undefined })
    const { encode, renderChat } = await openTokenizer(folder)
    expect(encode('a')).toEqual(ids('<bos>', 'a'))
    expect(() => renderChat(chat)).toThrow(`${folder}: has no chat template, which a chat needs`)
  })
})

describe('refuses', () => {
  const model = (changes: object) => ({
    'tokenizer.json': { ...tokenizerJson, model: { ...tokenizerJson.model, ...changes } },
  })
  const added = (changes: object) => ({
    'tokenizer.json': { ...tokenizerJson, added_tokens: [{ ...tokenizerJson.added_tokens[0], ...changes }] },
  })

  it.each([
    ['no tokenizer', { 'tokenizer.json': undefined }, 'tokenizer.json: is missing, and text needs a tokenizer'],
    ['broken JSON', { 'tokenizer.json': '{"model":' }, 'tokenizer.json: is not JSON'],
    ['another shape', { 'tokenizer.json': { model: 1 } }, 'tokenizer.json: model: Invalid input'],
    ['another model', model({ type: 'WordLevel' }), 'the tokenizer model WordLevel is not known here'],
    ['no vocabulary', model({ vocab: ['a'] }), 'model.vocab is not an object of tokens and ids'],
    ['an id that is none', model({ vocab: { a: -1 } }), 'the id of token "a" is -1, no id at all'],
    ['merges that are none', model({ merges: [7] }), 'tokenizer.json: cannot be used ('],
    ['whole words', added({ single_word: true }), 'added token "<pad>": single_word is not known here'],
    [
      'split tokens',
      { 'tokenizer_config.json': { split_special_tokens: true } },
      'split_special_tokens is not known here',
    ],
    [
      'a template that is no text',
      { 'chat_template.jinja': undefined, 'chat_template.json': {} },
      'chat_template: Invalid',
    ],
  ])('%s', async (_, changes, message) => {
    const folder = await tokenizerFolder(changes)
    expect(await refusal(openTokenizer(folder), folder)).toContain(`PARITY_CHECKPOINT FOLDER/`)
    expect(await refusal(openTokenizer(folder), folder)).toContain(message)
  })

  it('the tokenizer of another model', async () => {
    const text_config = { num_hidden_layers: 1, vocab_size: 100, vocab_size_per_layer_input: 100 }
    const config = { architectures: ['Gemma4ForConditionalGeneration'], model_type: 'gemma4', text_config }
    const folder = await tokenizerFolder({ 'config.json': config })
    expect(await refusal(openTokenizer(folder), folder)).toBe(
      'PARITY_CHECKPOINT FOLDER/tokenizer.json: the id of token "<0x5D>" is 100, but the model knows 100 tokens only',
    )
  })

  it('a link out of the folder', async () => {
    const [folder, outside] = [await tokenizerFolder(), await temporaryFolder()]
    await writeFile(join(outside, 'x.json'), JSON.stringify(tokenizerJson))
    await rm(join(folder, 'tokenizer.json'))
    await symlink(join(outside, 'x.json'), join(folder, 'tokenizer.json'))
    expect(await refusal(openTokenizer(folder), folder)).toContain('outside the checkpoint')
  })

  it('a template of many megabytes', async () => {
    const folder = await tokenizerFolder({ 'chat_template.jinja': template.padEnd(2 ** 20 + 1) })
    expect(await refusal(openTokenizer(folder), folder)).toContain('has 1048577 bytes, over the limit of 1048576')
  })
})
