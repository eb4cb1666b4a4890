import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { readTokenNames, type TokenNames } from './token-names.js'

let folder: string
let names: TokenNames
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'parity-token-names-'))
  const vocab = { '<bos>': 0, '▁cat': 1, ' cat': 2, dog: 3, '<0x41>': 4, A: 5, '<0xE2>': 6, '▁sun': 7 }
  const tokenizer = { model: { vocab }, added_tokens: [{ id: 8, content: '<turn|>' }] }
  await writeFile(join(folder, 'tokenizer.json'), JSON.stringify(tokenizer))
  await writeFile(join(folder, 'config.json'), '{ "vocab_size": 5, "text_config": { "vocab_size": 9 } }')
  names = await readTokenNames(folder)
})
afterAll(() => rm(folder, { recursive: true }))

it.each([
  ['token_id:7', 7],
  ['dog', 3],
  ['▁sun', 7],
  [' sun', 7],
  ['<turn|>', 8],
  [String.raw`bytes:\xe2`, 6],
  ['<0xE2>', 6],
  // The text of several tokens is none of them.
  [' cat', null],
  ['A', null],
  ['nobody', null],
])('%j is token %s', (name, id) => {
  expect(names.find(name)).toBe(id)
})

it('knows how many tokens the model has, from the config of its text', async () => {
  expect(names.vocabulary).toBe(9)
  await writeFile(join(folder, 'config.json'), '{}')
  await rm(join(folder, 'tokenizer.json'))
  const bare = await readTokenNames(folder)
  expect([bare.vocabulary, bare.find('dog'), bare.find('token_id:3')]).toEqual([Infinity, null, 3])
})
