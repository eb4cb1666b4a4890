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
  expect(formatMatrix(report)).toBe(`| case | \`mlx-lm:cpu/float32\` | \`vllm:cpu/float32\` |
| :- | -: | -: |
| \`mine/a\` | **error** [1] | 0.50 × (near tie) |
| \`mine/b\` | **error** [1] | 2.00 × |
| \`mine/c\` | | **fail** [2] |

1 pass, 1 near-tie, 1 fail, 2 error against transformers@5.23.0/float64, recorded in 1.2 s.

1. Missing 12 parameters — they are shared
2. off by \\| 3
`)
})

it('lets no text of a verdict become markup', () => {
  const text = formatMatrix(onOneMachine(makeVerdict({ outcome: 'fail', reason: '<b>x</b> @octocat **y**' })))
  expect(text).not.toMatch(/<b>|@octocat|\*\*y/)
})
