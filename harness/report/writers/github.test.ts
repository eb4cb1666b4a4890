import { describe, expect, it } from 'vitest'
import { everyOutcome } from '../every-outcome.fixture.js'
import { makeReport, makeVerdict } from '../report.fixture.js'
import { formatAnnotations } from './github.js'

describe('formatAnnotations', () => {
  it('makes errors of what diverged, warnings of what to look at, and a notice of the counts', () => {
    expect(formatAnnotations(everyOutcome())).toMatchInlineSnapshot(`
      "::error title=fail (regressed)%3A gemma4/e4b/pruned on mlx-lm%3Ametal/bfloat16::logits differ from position 1 of prompt fork, and generation chose <script>alert(1)</script> at token 2%0Afirst out of bounds: logits: prompt fork, position 1%0Ahint: the x | @octocat | #1 \`\`\` |⟨U+001B⟩[31mred⟨U+001B⟩[0m⟨U+0007⟩ rotary embedding of the full-attention layers%0Areproduce: npx parity run --case 'gemma4/e4b/pruned' --engine mlx-lm@0.31.2
      ::error title=error%3A gemma4/e4b/pruned on vllm%3Acuda/bfloat16::vllm refused the checkpoint: KeyError: k_proj%0Areproduce: npx parity run --case gemma4/e4b/pruned --engine vllm
      ::error title=fixed%3A gemma4/e4b/mixed-fp16 on onnxruntime%3Acpu/float32::the declared divergence is gone%0Ahint: remove it from known%0Areproduce: npx parity run --case gemma4/e4b/mixed-fp16 --engine onnxruntime:cpu
      ::warning title=error (machine)%3A gemma4/e2b/pruned on vllm%3Acuda/bfloat16::the worker was ended by SIGKILL%0Areproduce: npx parity run --case gemma4/e2b/pruned --engine vllm
      ::warning title=near-tie (drifted)%3A gemma4/e2b/pruned on onnxruntime%3Awebgpu/float32::logits within 3.9 × the spread, 6 of 7 generated tokens equal and 1 near tie%0Areproduce: npx parity run --case mine/e4b --engine onnxruntime:cpu
      ::warning title=known%3A gemma4/e4b/mixed-fp16 on onnxruntime%3Awebgpu/float32::logits differ by 20 × the spread; known: half precision overflows, https://example.org/issue/1%0Areproduce: npx parity run --case gemma4/e4b/mixed-fp16 --engine onnxruntime:webgpu
      ::notice title=Parity with transformers::3 pass, 1 near-tie, 1 fail, 1 error, 1 known, 1 fixed, 1 skipped, 1 not judged against transformers@5.23.0/float64, recorded in 61.2 s%0Asince the baseline: 1 regressed, 1 fixed, 1 drifted, 1 new, 1 gone
      "
    `)
  })

  it('escapes what would end a property, a line or an escape', () => {
    const verdict = makeVerdict({
      caseId: 'a:b,c%d',
      outcome: 'fail',
      reason: '100% wrong\r\n::stop-commands::x',
      reproduce: 'parity --text "a\nb"',
    })
    expect(formatAnnotations(makeReport(verdict)).split('\n').at(0)).toBe(
      '::error title=fail%3A a%3Ab%2Cc%25d on onnxruntime%3Acpu/float32::100%25 wrong ::stop-commands::x%0Areproduce: parity --text "a↵b"',
    )
  })

  it('gives GitHub ten of a kind, and says how many it has left out', () => {
    const many = (outcome: 'fail' | 'known', count: number) =>
      Array.from({ length: count }, (_, index) => makeVerdict({ caseId: `mine/${index}`, outcome }))
    const lines = (count: number) =>
      formatAnnotations(makeReport(...many('fail', count), ...many('known', count + 1)))
        .trimEnd()
        .split('\n')
    expect(lines(9).map((line) => line.split(' ')[0])).toEqual([
      ...Array<string>(9).fill('::error'),
      ...Array<string>(10).fill('::warning'),
      '::notice',
    ])
    expect(lines(12)).toHaveLength(21)
    expect(lines(12).at(-1)).toBe(
      '::notice title=Parity with transformers::12 fail, 13 known against transformers@5.23.0/float64, recorded in 1.2 s%0AGitHub shows 10 of 12 errors and 10 of 13 warnings',
    )
  })
})
