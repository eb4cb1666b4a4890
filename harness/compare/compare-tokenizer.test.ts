import { expect, it } from 'vitest'
import type { TokenizerObservation } from '../types.js'
import { compareTokenizer } from './compare-tokenizer.js'

const trace: TokenizerObservation = {
  ids: [[2, 5], [2], [2, 7, 8]],
  decoded: ['<bos>a', '<bos>', '<bos>bc'],
  rendered: ['<bos>one', '<bos>two'],
  chatIds: [
    [2, 1],
    [2, 3],
  ],
}
const whole = { texts: { equal: 3, total: 3 }, chats: { equal: 2, total: 2 } }

it('finds two equal tokenizers equal', () => {
  expect(compareTokenizer(trace, structuredClone(trace))).toEqual(whole)
})

it.each<[string, Partial<TokenizerObservation>, object]>([
  [
    'another token',
    { ids: [[2, 5], [2], [2, 9, 8]] },
    { texts: { equal: 2, total: 3 }, first: { kind: 'text', index: 2, position: 1, expected: 7, actual: 9 } },
  ],
  [
    'a token too few',
    { ids: [[2], [2], [2, 7, 8]] },
    { texts: { equal: 2, total: 3 }, first: { kind: 'text', index: 0, position: 1, expected: 5 } },
  ],
  [
    'a token too many',
    {
      ids: [
        [2, 5],
        [2, 0],
        [2, 7, 8],
      ],
    },
    { texts: { equal: 2, total: 3 }, first: { kind: 'text', index: 1, position: 1, actual: 0 } },
  ],
  [
    'a missing text',
    { ids: [[2, 5], [2]], decoded: ['<bos>a', '<bos>'] },
    { texts: { equal: 2, total: 3 }, first: { kind: 'text', index: 2, position: 0, expected: 2 } },
  ],
  [
    'a surplus text',
    { ids: [...trace.ids, []], decoded: [...trace.decoded, ''] },
    { texts: { equal: 3, total: 4 }, first: { kind: 'text', index: 3, position: 0 } },
  ],
  [
    'another decoding',
    { decoded: ['<bos>a', '<bos>x', '<bos>bc'] },
    { texts: { equal: 2, total: 3 }, first: { kind: 'decode', index: 1, position: 5, actual: 'x' } },
  ],
  [
    'a chat written otherwise',
    { rendered: ['<bos>one', '<bos>too'] },
    { chats: { equal: 1, total: 2 }, first: { kind: 'chat', index: 1, position: 6, expected: 'w', actual: 'o' } },
  ],
  [
    'a chat written alike with other ids',
    { chatIds: [[2, 2], trace.chatIds[1]] },
    { chats: { equal: 1, total: 2 }, first: { kind: 'chat', index: 0, position: 1, expected: 1, actual: 2 } },
  ],
  [
    'no ids of the chats',
    { chatIds: [] },
    { chats: { equal: 0, total: 2 }, first: { kind: 'chat', index: 0, position: 0, expected: 2 } },
  ],
])('finds %s', (_, change, found) => {
  expect(compareTokenizer(trace, { ...trace, ...change })).toEqual({ ...whole, ...found })
})

it('names the first chat that differs in any way', () => {
  const other = { ...trace, rendered: ['<bos>one', 'x'], chatIds: [[9], [2, 3]] }
  expect(compareTokenizer(trace, other).first).toMatchObject({ kind: 'chat', index: 0, expected: 2, actual: 9 })
})
