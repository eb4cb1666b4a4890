import { expect, it } from 'vitest'
import type { Defect } from '../defect.js'
import type { LogitBisection, LogitFailure } from '../run/bisect-by-logits.js'
import type { PromptBisection } from '../run/bisect-by-prompt.js'
import { formatLogitBisection } from './format-logit-bisection.js'

const told = { caseId: 'a/b', engine: 'x@1:cpu/float32', reference: 'oracle', unit: 'logits', excess: 500 } as const
const failure: LogitFailure = { pass: 'cached', prompt: 'long', behind: [], byPrompt: null, byHypothesis: null }
const lines = (given: Partial<LogitFailure>): string[] => {
  const bisection: LogitBisection = { ...told, failure: { ...failure, ...given } }
  return formatLogitBisection(bisection).trimEnd().split('\n').slice(1)
}

const prefix: PromptBisection = {
  prompt: 'long',
  promptTokens: 21,
  tokens: [],
  pass: 'cached',
  kind: 'prefix',
  length: 9,
  excess: 400,
  shorter: 1.1,
  otherPass: { excess: 500, fails: true },
  relations: ['one more than the sliding window of 8'],
  runs: [{ tokens: 9, excess: 400, fails: true }],
}

it('says how long the shortest failing prompt is', () => {
  expect(lines({ byPrompt: prefix })).toEqual([
    "shortest failing prefix: 9 of 21 tokens of prompt 'long' (one more than the sliding window of 8), error 400 × the spread; 8 tokens are within 1.1 ×",
  ])
  const decoding = {
    ...prefix,
    kind: 'generating',
    length: 22,
    relations: [],
    otherPass: { excess: 0.9, fails: false },
  }
  expect(
    lines({ byPrompt: { ...decoding, runs: [{ tokens: 22, excess: 1, fails: false }] } as PromptBisection }),
  ).toEqual([
    "fails only when generating: from step 1 of prompt 'long' on, 22 tokens in all, error 400 × the spread; 21 tokens are within 1.1 ×; as one prompt, the same 22 tokens are within 1.0 ×; one pass without the KV cache is within 0.90 ×",
  ])
  expect(lines({ behind: ['one', 'short'] })).toEqual([
    "it fails only behind 'one', 'short': prompt 'long' alone is within limits, so that something is left of the prompts before",
  ])
})

const hypothesis = (id: string, leaves: number, explains = false) => ({
  defect: { id } as Defect,
  leaves,
  excess: 500 * leaves,
  explains,
})

it.each([
  [
    [hypothesis('one', 0.002, true), hypothesis('other', 0.9)],
    /^one explains it: it leaves 0.20 % of the error, 1.0 × the spread \(2 /,
  ],
  [[hypothesis('one', 0.001, true), hypothesis('two', 0.002, true)], /^one explains it: .*; as well as two \(/],
  [[hypothesis('one', 0.3)], /^one comes closest, and is not all: it leaves 30 % of the error, 150 × the spread/],
  [[hypothesis('one', 0.87)], /^no planted defect explains it: the best, one, leaves 87 % of the error/],
  [[], /^no defect can be planted in this checkpoint \(1 tried\)/],
])('says which defect explains it, or none', (hypotheses, sentence) => {
  const search = {
    prompts: ['long'],
    pass: 'cached',
    excess: 500,
    hypotheses,
    inapplicable: [{ id: 'x', why: '' }],
  } as const
  const [first, ...table] = lines({ byHypothesis: search })
  expect(first).toMatch(sentence)
  expect(table).toHaveLength(hypotheses.length)
})

it('says that there is nothing to look for', () => {
  expect(formatLogitBisection({ ...told, excess: 1.1, failure: null })).toBe(
    'a/b on x@1:cpu/float32 against oracle: logits 1.1 × the spread from it, which is within limits: nothing to bisect\n',
  )
})
