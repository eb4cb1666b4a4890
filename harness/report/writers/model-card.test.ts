import { describe, expect, it } from 'vitest'
import { makeReport, makeVerdict } from '../report.fixture.js'
import { formatModelCard } from './model-card.js'

describe('formatModelCard', () => {
  it('is a section that a publisher can paste', () => {
    const report = makeReport(
      makeVerdict(),
      makeVerdict({
        engine: 'onnxruntime:webgpu/float32',
        adapter: 'SwiftShader',
        software: true,
        outcome: 'near-tie',
        excess: 0.87,
        tokens: { equal: 47, nearTie: 1, diverged: 0, total: 48 },
      }),
    )
    expect(formatModelCard(report)).toMatchInlineSnapshot(`
      "## Parity with transformers

      ![transformers parity: 2 of 2](https://img.shields.io/badge/transformers_parity-2%20of%202-brightgreen)

      transformers-parity 1.2.3 ran the case below on 2026-11-24 and compared every logit, the five highest of each position, and greedy generation through the KV cache with \`transformers@5.23.0/float64, recorded\`.

      | case | engine | version | verdict | error / spread | tokens |
      | --- | --- | --- | --- | ---: | ---: |
      | mine/e4b | onnxruntime:cpu/float32 | 1.30.0 | pass | 1.12 × | 48 of 48 |
      | mine/e4b | onnxruntime:webgpu/float32 | 1.30.0 | near-tie | 0.870 × | 48 of 48 |

      The error is that of all logits (root-mean-square), as a multiple of the error that transformers itself makes in the engine’s dtype. A near tie is a place where transformers’ own two highest logits are closer than that error.

      onnxruntime:cpu/float32 ran on Some CPU. onnxruntime:webgpu/float32 ran on SwiftShader, a software adapter.

      <details><summary>SHA-256 of the weights</summary>

      - mine/e4b: \`model.safetensors\` \`abababababababababababababababababababababababababababababababab\`

      </details>

      Shown again by: \`npx parity run --case mine/e4b --engine onnxruntime:cpu\`
      "
    `)
  })

  it('says what failed and what was not run, and turns the badge red', () => {
    const card = formatModelCard(
      makeReport(
        makeVerdict({ outcome: 'fail', reason: 'logits differ at position 3' }),
        makeVerdict({ caseId: 'mine/b', outcome: 'skipped', reason: 'no GPU', excess: null, tokens: null }),
      ),
    )
    expect(card).toContain('transformers_parity-0%20of%201-red')
    expect(card).toContain('- fail: mine/e4b on onnxruntime:cpu/float32: logits differ at position 3')
    expect(card).toContain('- skipped: mine/b on onnxruntime:cpu/float32: no GPU')
  })

  it('lets no text from elsewhere become Markdown or HTML', () => {
    const card = formatModelCard(
      makeReport(
        makeVerdict({
          outcome: 'error',
          reason: '<script>alert(1)</script>\n# a | b `c` [d](javascript:e) **f**',
          adapter: '<img src=x>',
          reproduce: 'npx parity run --checkpoint "`|`"',
        }),
      ),
    )
    expect(card).not.toMatch(/<script|<img/)
    expect(card).toContain(
      '&lt;script\\>alert\\(1\\)&lt;/script\\> \\# a \\| b \\`c\\` \\[d\\]\\(javascript:e\\) \\*\\*f\\*\\*',
    )
    expect(card).toContain('Shown again by: `npx parity run --checkpoint "ˋ|ˋ"`')
  })
})
