import { describe, expect, it } from 'vitest'
import type { TokenizerObservation } from '../types.js'
import { WorkerFault } from '../workers/host.js'
import { judgeTokenizer, reachTokenizerVerdict } from './tokenizer-verdict.js'

const probe = { texts: ['a\u202eb', 'cat'], chats: [[{ role: 'user', content: 'Hello' } as const]] }
const right: TokenizerObservation = {
  ids: [
    [2, 7],
    [2, 9],
  ],
  decoded: ['<bos>ab', '<bos>cat'],
  rendered: ['<bos>Hello'],
  chatIds: [[2, 11]],
}

describe('judgeTokenizer', () => {
  it('passes what is equal', () => {
    expect(judgeTokenizer(probe, right, right)).toEqual({
      outcome: 'pass',
      comparisons: [
        {
          aspect: 'tokenizer',
          passed: true,
          metrics: { texts: 2, textsEqual: 2, chats: 1, chatsEqual: 1 },
          needed: null,
          nearTies: [],
        },
      ],
      reason: '2 of 2 texts and 1 of 1 chats give the token ids and the text that transformers gives',
    })
  })

  it('fails one differing id, and shows a hostile text as text', () => {
    const { outcome, reason, comparisons } = judgeTokenizer(probe, right, { ...right, ids: [[2, 8], right.ids[1]] })
    expect(outcome).toBe('fail')
    expect(reason).toBe(
      'only 1 of 2 texts and 1 of 1 chats are as in transformers: text 0, "a\\u202eb", has 8 instead of 7 at position 1',
    )
    expect(comparisons[0].first).toEqual({ prompt: 'text-0', position: 1 })
  })

  it('fails a chat that is written otherwise, or cut short', () => {
    const { outcome, reason } = judgeTokenizer(probe, right, { ...right, rendered: ['<bos>Hell'] })
    expect(outcome).toBe('fail')
    expect(reason).toContain('chat 0, [{"role":"user","content":"Hello"}], has nothing instead of "o" at position 9')
  })
})

describe('reachTokenizerVerdict', () => {
  const item = { id: 'mine/tokenizer', checkpoint: '.', tokenizer: probe, file: '/nowhere/mine.case.ts' }
  const reach = (expected: () => Promise<TokenizerObservation>) =>
    reachTokenizerVerdict({ item, folder: '/nowhere', name: 'transformers', expected }, 'parity run')

  it('blames the machine where transformers failed', async () => {
    const fault = new WorkerFault('exited', 'open', 'the worker exited with code 1', { code: 1 }, 'last words')
    expect(await reach(() => Promise.reject(fault))).toMatchObject({
      outcome: 'error',
      stage: 'open',
      fault: 'infrastructure',
      reason: 'the reference failed: the worker exited with code 1',
      log: 'last words',
    })
  })

  it('blames the tokenizer where it cannot be used', async () => {
    expect(await reach(() => Promise.resolve(right))).toMatchObject({
      outcome: 'error',
      stage: 'observe',
      fault: 'engine',
    })
  })
})
