import { describe, expect, it } from 'vitest'
import type { Verdict } from '../../types.js'
import { everyOutcome } from '../every-outcome.fixture.js'
import { makeReport, makeVerdict } from '../report.fixture.js'
import { formatMarkdown } from './markdown.js'

/** On the same machine wherever the test runs. */
const onOneMachine = (...verdicts: Verdict[]) => ({ ...makeReport(...verdicts), platform: everyOutcome().platform })

describe('formatMarkdown', () => {
  it('shows counts and a table, and folds the rest', async () => {
    await expect(formatMarkdown(everyOutcome())).toMatchFileSnapshot('fixtures/report.md.snapshot')
  })

  it('is short where all is well', () => {
    expect(formatMarkdown(onOneMachine(makeVerdict()))).toMatchInlineSnapshot(`
      "### Parity with transformers: 1 of 1

      1 pass against transformers@5.23.0/float64, recorded in 1.2 s.

      | verdict | case | engine | error / spread | limits needed | tokens |
      | :- | :- | :- | -: | -: | -: |
      | pass | \`mine/e4b\` | \`onnxruntime:cpu/float32\` | 1.12 × | – | 48/48 |

      <details><summary>Versions</summary>

      - transformers-parity 1.2.3, Node 24.1.0, linux 6.8 x64
      - Some CPU, 2 threads
      - onnxruntime:cpu/float32 is version 1.30.0 on Some CPU

      </details>
      "
    `)
  })

  it('has ten rows, the most urgent first', () => {
    const good = Array.from({ length: 12 }, (_, index) => makeVerdict({ caseId: `mine/${index + 10}` }))
    const text = formatMarkdown(onOneMachine(...good, makeVerdict({ caseId: 'mine/z', outcome: 'fail' })))
    const rows = text.split('\n').filter((line) => line.startsWith('| '))
    expect(rows).toHaveLength(12)
    expect(rows[2]).toBe('| **fail** | `mine/z` | `onnxruntime:cpu/float32` | 1.12 × | – | 48/48 |')
    expect(rows[3]).toBe('| pass | `mine/10` | `onnxruntime:cpu/float32` | 1.12 × | – | 48/48 |')
    expect(text.split('\n').filter((line) => line.startsWith('and '))).toEqual(['and 3 more'])
  })

  it('lets no text from elsewhere become Markdown, HTML, a mention or a link to an issue', () => {
    const hostile =
      '<script>x</script> @octocat #123 GH-7 org/repo#4 [a](javascript:b) ![c](d) `e` | **f** _g_\n# h\n</details>\u202E'
    const verdict = makeVerdict({
      caseId: hostile,
      outcome: 'error',
      fault: 'engine',
      reason: hostile,
      hint: hostile,
      reproduce: `${hostile} \`\`\`\`\n`,
      log: `\`\`\`\n${hostile}`,
    })
    expect(formatMarkdown(onOneMachine(verdict))).toMatchInlineSnapshot(`
      "### Parity with transformers: 0 of 1

      1 error against transformers@5.23.0/float64, recorded in 1.2 s.

      | verdict | case | engine | error / spread | limits needed | tokens |
      | :- | :- | :- | -: | -: | -: |
      | **error** | \`<script>x</script> @octocat #123 GH-7 org/repo#4 [a](javascript:b) ![c](d) ˋeˋ ¦ **f** _g_ # h </details>⟨U+202E⟩\` | \`onnxruntime:cpu/float32\` | 1.12 × | – | 48/48 |

      <details><summary><b>error</b>: <code>&#60;script&#62;x&#60;/script&#62; @octocat #123 GH-7 org/repo#4 [a](javascript:b) ![c](d) \`e\` | **f** _g_ # h &#60;/details&#62;⟨U+202E⟩</code> on <code>onnxruntime:cpu/float32</code></summary>

      &lt;script\\>x&lt;/script\\> @&#8203;octocat \\#&#8203;123 GH-&#8203;7 org/repo\\#&#8203;4 \\[a\\]\\(javascript:b\\) \\!\\[c\\]\\(d\\) \\\`e\\\` \\| \\*\\*f\\*\\* \\_g\\_ \\# h &lt;/details\\>⟨U+202E⟩

      - hint: &lt;script\\>x&lt;/script\\> @&#8203;octocat \\#&#8203;123 GH-&#8203;7 org/repo\\#&#8203;4 \\[a\\]\\(javascript:b\\) \\!\\[c\\]\\(d\\) \\\`e\\\` \\| \\*\\*f\\*\\* \\_g\\_ \\# h &lt;/details\\>⟨U+202E⟩

      \`\`\`\`\`sh
      <script>x</script> @octocat #123 GH-7 org/repo#4 [a](javascript:b) ![c](d) \`e\` | **f** _g_↵# h↵</details>⟨U+202E⟩ \`\`\`\`↵
      \`\`\`\`\`

      \`\`\`\`text
      \`\`\`
      <script>x</script> @octocat #123 GH-7 org/repo#4 [a](javascript:b) ![c](d) \`e\` | **f** _g_
      # h
      </details>⟨U+202E⟩
      \`\`\`\`

      </details>

      <details><summary>Versions</summary>

      - transformers-parity 1.2.3, Node 24.1.0, linux 6.8 x64
      - Some CPU, 2 threads
      - onnxruntime:cpu/float32 is version 1.30.0 on Some CPU

      </details>
      "
    `)
  })

  it('is never longer than GitHub takes, and counts what it leaves out', () => {
    const worst = '`|@a#1<&*'.repeat(2000)
    const verdicts = Array.from({ length: 300 }, (_, index) =>
      makeVerdict({
        caseId: `${index}${worst}`,
        engine: `${index}${worst}`,
        engineVersion: worst,
        adapter: worst,
        reference: worst,
        outcome: 'error',
        fault: index % 2 === 0 ? 'engine' : 'infrastructure',
        reason: worst,
        hint: worst,
        reproduce: worst,
        log: worst,
      }),
    )
    const gone = verdicts.map(({ caseId, engine }) => ({ caseId, engine, outcome: 'pass' }) as const)
    const text = formatMarkdown({ ...onOneMachine(...verdicts), gone })
    expect(text.length).toBeLessThan(60_001)
    expect(/^The details of .*$/m.exec(text)?.[0]).toMatchInlineSnapshot(
      `"The details of 149 more did not fit in here; \`report.json\` has them."`,
    )
    const plain = verdicts.map((_, index) => makeVerdict({ caseId: `mine/${index}`, outcome: 'fail' }))
    const long = formatMarkdown(onOneMachine(...plain))
    expect(long.length).toBeLessThan(60_001)
    expect(long.length).toBeGreaterThan(59_000)
    const shown = long.match(/<details><summary><b>/g)?.length ?? 0
    expect(/^The details of .*$/m.exec(long)?.[0]).toBe(
      `The details of ${300 - shown} more did not fit in here; \`report.json\` has them.`,
    )
  })
})
