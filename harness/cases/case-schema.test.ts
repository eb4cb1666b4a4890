import { describe, expect, it } from 'vitest'
import { caseJsonSchema, parseCase } from './case-schema.js'

const whole = { id: 'mine/a', checkpoint: './a', prompts: [{ id: 'one', tokens: [2] }], generate: 4 }
const chat = [{ role: 'user', content: 'Hello' }]

describe('a case', () => {
  it.each([
    [
      'token ids, text and a chat',
      {
        prompts: [
          { id: 'a', tokens: [2] },
          { id: 'b', text: 'x' },
          { id: 'c', chat },
        ],
      },
    ],
    [
      'every relayout',
      { relayout: { layout: 'mixed', dtype: 'float16', shards: '5GB', prefix: '', config: 'old', head: 'untied' } },
    ],
    ['what is left to the nightly run', { nightly: ['onnxruntime:webgpu'], suite: 'hub', tags: ['a'], $schema: 'x' }],
  ])('may have %s', (_, more) => {
    expect(parseCase({ ...whole, ...more })).toEqual({ case: { ...whole, ...more } })
  })

  it.each([
    [
      '.prompts[0]',
      'a prompt has exactly one of tokens, text and chat',
      { prompts: [{ id: 'a', tokens: [2], text: 'x' }] },
    ],
    ['.prompts[0]', 'a prompt has exactly one of tokens, text and chat', { prompts: [{ id: 'a' }] }],
    [
      '.prompts[0].chat[0].role',
      'Invalid option: expected one of "system"|"user"|"assistant"',
      { prompts: [{ id: 'a', chat: [{ role: 'model', content: '' }] }] },
    ],
    ['.prompts[0].tokens[1]', 'a token id is a whole number', { prompts: [{ id: 'a', tokens: [2, 1.5] }] }],
    ['.prompts[0].text', 'is empty', { prompts: [{ id: 'a', text: '' }] }],
    [
      '.prompts',
      'two prompts have the same id',
      {
        prompts: [
          { id: 'a', tokens: [2] },
          { id: 'a', tokens: [3] },
        ],
      },
    ],
    [
      '.relayout.shards',
      "shards 'many' is neither a number of files from 1 to 99999 nor a size",
      { relayout: { shards: 'many' } },
    ],
    [
      '.relayout.layout',
      'Invalid option: expected one of "pruned"|"redundant"|"mixed"',
      { relayout: { layout: 'thin' } },
    ],
    ['.nightly[0]', 'is not name[@version][:device][/dtype]', { nightly: ['On GPU'] }],
    ['', 'Unrecognized key: "genrate"', { genrate: 4 }],
  ])('is refused at %s: %s', (field, why, more) => {
    expect(parseCase({ ...whole, ...more })).toEqual({ field, why })
  })

  it('about a tokenizer has texts and chats, and nothing of a model’s', () => {
    const tokenizer = { texts: ['', 'a'], chats: [chat] }
    expect(parseCase({ id: 'a', checkpoint: '.', tokenizer })).toEqual({
      case: { id: 'a', checkpoint: '.', tokenizer },
    })
    expect(parseCase({ id: 'a', checkpoint: '.', tokenizer: { texts: [], chats: [] } })).toEqual({
      field: '.tokenizer',
      why: 'a tokenizer case has at least one text or chat',
    })
    expect(parseCase({ id: 'a', checkpoint: '.', tokenizer, generate: 4 })).toEqual({
      field: '',
      why: 'Unrecognized key: "generate"',
    })
  })

  it('is described to editors', () => {
    expect(JSON.stringify(caseJsonSchema())).toContain('"relayout"')
  })
})
