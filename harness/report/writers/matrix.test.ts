import { expect, it } from 'vitest'
import { everyOutcome } from '../every-outcome.fixture.js'
import { makeReport, makeVerdict } from '../report.fixture.js'
import { formatMatrix } from './matrix.js'

const onOneMachine = (...verdicts: Parameters<typeof makeReport>) => ({
  ...makeReport(...verdicts),
  platform: everyOutcome().platform,
})

it('has a row a case and a column an engine, and a note for each cell that is not good', () => {
  const refused = { outcome: 'error', excess: null, reason: 'Missing 12 parameters', hint: 'they are shared' } as const
  const report = onOneMachine(
    makeVerdict({ caseId: 'mine/b', engine: 'mlx-lm:cpu/float32', ...refused }),
    makeVerdict({ caseId: 'mine/b', engine: 'vllm:cpu/float32', excess: 2 }),
    makeVerdict({ caseId: 'mine/a', engine: 'mlx-lm:cpu/float32', ...refused }),
    makeVerdict({ caseId: 'mine/a', engine: 'vllm:cpu/float32', outcome: 'near-tie', excess: 0.5 }),
    makeVerdict({ caseId: 'mine/c', engine: 'vllm:cpu/float32', outcome: 'fail', excess: 900, reason: 'off by | 3' }),
  )
  expect(formatMatrix(report)).toBe(`# Cases and engines

1 pass, 1 near-tie, 1 fail, 2 error against transformers@5.23.0/float64, recorded. Made by transformers-parity 1.2.3 on 2026-11-24 08:00 UTC: \`parity run\`

| case | \`mlx-lm:cpu/float32\` | \`vllm:cpu/float32\` |
| :- | -: | -: |
| \`mine/a\` | **error** [1] | 0.50 × (near tie) |
| \`mine/b\` | **error** [1] | 2.00 × |
| \`mine/c\` | | **fail** [2] |

- \`1.12 ×\`: the error of the logits, as a multiple of the spread: the error that rounding to this dtype costs on this case. Every generated token is the reference’s own. The limit is 4.
- \`1.12 × (near tie)\`: as above, but for the order of tokens whose logits the reference itself cannot tell apart.
- **fail**: the engine computed something else.
- **error**: the engine refused, crashed, hung or answered with what is no number.

## Notes

1. Missing 12 parameters — they are shared
2. off by \\| 3

## Engines

| engine | version | on | good | error / spread | spread of | median time |
| :- | :- | :- | -: | -: | :- | -: |
| \`mlx-lm:cpu/float32\` | 1.30.0 | Some CPU | 0 of 2 | – | transformers in this dtype, recorded | 0.9 s |
| \`vllm:cpu/float32\` | 1.30.0 | Some CPU | 2 of 3 | 0.50–2.00 × | transformers in this dtype, recorded | 0.9 s |

linux x64, Some CPU, 2 threads, Node 24.1.0.
`)
})

it('lets refusals share a note that differ in numbers only, and failures not', () => {
  const refused = { outcome: 'known', excess: null, hint: 'relayout' } as const
  const report = onOneMachine(
    makeVerdict({ caseId: 'mine/a', ...refused, reason: 'Expected shape (2048, 96) in layer 2' }),
    makeVerdict({ caseId: 'mine/b', ...refused, reason: 'Expected shape (512,  128) in layer 5' }),
    makeVerdict({ caseId: 'mine/c', outcome: 'fail', excess: 212, reason: 'off by 212 × the spread' }),
    makeVerdict({ caseId: 'mine/d', outcome: 'fail', excess: 300, reason: 'off by 300 × the spread' }),
  )
  const text = formatMatrix(report)
  expect(text.match(/\*\*(known|fail)\*\* \[\d\]/g)).toEqual([
    '**known** [1]',
    '**known** [1]',
    '**fail** [2]',
    '**fail** [3]',
  ])
  expect(text).toContain('1. Expected shape \\(2048, 96\\) in layer 2 — relayout\n2. off by 212 ×')
})

it('lets no text of a verdict become markup', () => {
  const text = formatMatrix(onOneMachine(makeVerdict({ outcome: 'fail', reason: '<b>x</b> @octocat **y**' })))
  expect(text).not.toMatch(/<b>|@octocat|\*\*y/)
})
