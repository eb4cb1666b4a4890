import { expect, it, test } from 'vitest'
import { makeVerdict } from '../../report.fixture.js'
import { hasToken, parseSearch, toggleToken } from './match-search.js'

const verdicts = {
  passed: makeVerdict({ caseId: 'gemma4/e4b', engine: 'onnxruntime:cpu/float32' }),
  failed: makeVerdict({
    caseId: 'gemma4/e4b',
    engine: 'mlx-lm:metal/bfloat16',
    engineVersion: '0.31.2',
    outcome: 'fail',
  }),
  worse: makeVerdict({
    caseId: 'gemma4/e2b',
    engine: 'mlx-lm:metal/bfloat16',
    outcome: 'near-tie',
    change: 'regressed',
  }),
  lost: makeVerdict({
    caseId: 'gemma4/e2b',
    engine: 'vllm:cuda',
    outcome: 'error',
    fault: 'infrastructure',
    reason: 'It was lost',
  }),
}

test.each([
  ['', ['passed', 'failed', 'worse', 'lost']],
  ['s:fail', ['failed']],
  ['s:error', ['lost']],
  ['s:infra', ['lost']],
  ['s:regressed', ['worse']],
  ['s:fail s:near-tie', ['failed', 'worse']],
  ['e:mlx', ['failed', 'worse']],
  ['E:MLX-LM@0.31', ['failed']],
  ['e:mlx m:e4b', ['failed']],
  ['s:fail e:onnxruntime', []],
  ['!s:pass !e:vllm', ['failed', 'worse']],
  ['lost', ['lost']],
  ['"was lost"', ['lost']],
  ['"was found"', []],
  ['e4b bfloat16', ['failed']],
  ['s:', ['passed', 'failed', 'worse', 'lost']],
  ['!', ['passed', 'failed', 'worse', 'lost']],
  ['s:"fail', ['failed']],
  ['(', []],
])('%j finds %j', (search, found) => {
  const matches = parseSearch(search)
  const names = Object.entries(verdicts).flatMap(([name, verdict]) => (matches(verdict) ? [name] : []))
  expect(names).toEqual(found)
})

it('finds what is gone', () => {
  const matches = parseSearch('s:gone')
  expect(matches({ caseId: 'a', engine: 'b', change: 'gone' })).toBe(true)
  expect(Object.values(verdicts).some(matches)).toBe(false)
})

it('adds a token and takes it out again', () => {
  expect(toggleToken('', 's:fail')).toBe('s:fail')
  expect(toggleToken('e:mlx', 's:fail')).toBe('e:mlx s:fail')
  expect(toggleToken('s:fail  e:mlx', 's:fail')).toBe('e:mlx')
  expect(hasToken('e:mlx s:fail', 's:fail')).toBe(true)
  expect(hasToken('s:failed', 's:fail')).toBe(false)
})
