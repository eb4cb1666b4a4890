import { describe, expect, it } from 'vitest'
import { statePrompts } from './state-prompts.js'

const hello = { role: 'user', content: 'Hello' }

describe('statePrompts', () => {
  it('numbers the prompts of a command line', () => {
    expect(statePrompts({ tokens: ['2, 7'], text: ['a,b'], chat: ['Hello', JSON.stringify([hello])] })).toEqual([
      { id: 'prompt-1', tokens: [2, 7] },
      { id: 'prompt-2', text: 'a,b' },
      { id: 'prompt-3', chat: [hello] },
      { id: 'prompt-4', chat: [hello] },
    ])
  })

  it.each([
    ['[{"role":"model","content":"x"}]', '0.role: Invalid option'],
    ['[]', 'a chat has at least one message'],
    ['[{', 'JSON'],
  ])('refuses %s as a chat', (chat, why) => {
    expect(() => statePrompts({ chat: [chat] })).toThrow(
      expect.objectContaining({ code: 'PARITY_USAGE', message: expect.stringContaining(why) as string }) as Error,
    )
  })
})
