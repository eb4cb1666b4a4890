import { describe, expect, it } from 'vitest'
import { everyOutcome } from '../every-outcome.fixture.js'
import { makeReport, makeVerdict } from '../report.fixture.js'
import { formatTerminal, makeReporter } from './terminal.js'

describe('formatTerminal', () => {
  it('shows the table, what needs words, what could not be judged, what is gone, and the counts', () => {
    expect(formatTerminal(everyOutcome(), false)).toMatchInlineSnapshot(`
      "┌─────────────────────────────────┬────────────────────────────┬────────────────────┬────────────────┬───────────────┬────────┬───────┐
      │ case                            │ engine                     │ outcome            │ error / spread │ limits needed │ tokens │  time │
      ├─────────────────────────────────┼────────────────────────────┼────────────────────┼────────────────┼───────────────┼────────┼───────┤
      │ gemma4/e2b/pruned               │ mlx-lm:metal/bfloat16      │ skipped            │              – │             – │      – │ 0.0 s │
      │ gemma4/e2b/pruned               │ onnxruntime:cpu/float32    │ pass               │         1.12 × │             – │  48/48 │ 0.9 s │
      │ gemma4/e2b/pruned               │ onnxruntime:webgpu/float32 │ near-tie (drifted) │         3.91 × │             – │    7/7 │ 0.9 s │
      │ gemma4/e2b/pruned               │ vllm:cuda/bfloat16         │ error (machine)    │              – │             – │      – │ 0.9 s │
      │ gemma4/e4b/mixed-fp16           │ onnxruntime:cpu/float32    │ fixed              │         1.12 × │             – │  48/48 │ 0.9 s │
      │ gemma4/e4b/mixed-fp16           │ onnxruntime:webgpu/float32 │ known              │           20 × │             – │  48/48 │ 0.9 s │
      │ gemma4/e4b/pruned               │ mlx-lm:metal/bfloat16      │ fail (regressed)   │          212 × │          none │    6/7 │ 0.9 s │
      │ gemma4/e4b/pruned               │ onnxruntime:cpu/float32    │ pass (fixed)       │         1.12 × │             – │  48/48 │ 0.9 s │
      │ gemma4/e4b/pruned               │ vllm:cuda/bfloat16         │ error              │              – │             – │      – │ 0.9 s │
      │ hostile/x | @octocat | #1 \`\`\` | │ onnxruntime:cpu/float32    │ pass (new)         │         1.12 × │             – │      – │ 0.9 s │
      └─────────────────────────────────┴────────────────────────────┴────────────────────┴────────────────┴───────────────┴────────┴───────┘

      skipped gemma4/e2b/pruned on mlx-lm:metal/bfloat16: no Metal device
        hint: run on a Mac with Apple silicon

      near-tie (drifted) gemma4/e2b/pruned on onnxruntime:webgpu/float32: logits within 3.9 × the spread, 6 of 7 generated tokens equal and 1 near tie

      fixed gemma4/e4b/mixed-fp16 on onnxruntime:cpu/float32: the declared divergence is gone
        hint: remove it from known
        reproduce: npx parity run --case gemma4/e4b/mixed-fp16 --engine onnxruntime:cpu

      known gemma4/e4b/mixed-fp16 on onnxruntime:webgpu/float32: logits differ by 20 × the spread; known: half precision overflows, https://example.org/issue/1
        reproduce: npx parity run --case gemma4/e4b/mixed-fp16 --engine onnxruntime:webgpu

      fail (regressed) gemma4/e4b/pruned on mlx-lm:metal/bfloat16: logits differ from position 1 of prompt fork, and generation chose <script>alert(1)</script> at token 2
        smallest limits that would pass: none: no limits would do (limits: 4 × root-mean-square, 8 × largest error)
        hint: the x | @octocat | #1 \`\`\` |⟨U+001B⟩[31mred⟨U+001B⟩[0m⟨U+0007⟩ rotary embedding of the full-attention layers
        reproduce: npx parity run --case 'gemma4/e4b/pruned' --engine mlx-lm@0.31.2

      error gemma4/e4b/pruned on vllm:cuda/bfloat16 (open): vllm refused the checkpoint: KeyError: k_proj
        |   ⟨U+001B⟩[31mred⟨U+001B⟩[0m⟨U+0007⟩ \`\`\`
        | ⟨U+202E⟩gnp.exe
        | KeyError: k_proj
        reproduce: npx parity run --case gemma4/e4b/pruned --engine vllm

      pass (new) hostile/x | @octocat | #1 \`\`\` | on onnxruntime:cpu/float32: logits within 1.1 × the spread, 48 of 48 generated tokens equal
        not compared: layers: ⟨U+001B⟩[31mred⟨U+001B⟩[0m⟨U+0007⟩

      1 could not be judged:
        gemma4/e2b/pruned on vllm:cuda/bfloat16: the worker was ended by SIGKILL
          reproduce: npx parity run --case gemma4/e2b/pruned --engine vllm

      1 gone since the baseline:
        gemma4/e2b/old on llama-cpp:cpu/q8_0: was pass

      onnxruntime:webgpu/float32 is version 1.30.0 on SwiftShader, a software adapter
      mlx-lm:metal/bfloat16 is version 0.31.2 on Apple M4 Max
      vllm:cuda/bfloat16 is version 0.12.0 on NVIDIA L4

      3 pass, 1 near-tie, 1 fail, 1 error, 1 known, 1 fixed, 1 skipped, 1 not judged against transformers@5.23.0/float64, recorded in 61.2 s
      since the baseline: 1 regressed, 1 fixed, 1 drifted, 1 new, 1 gone
      2 more with --nightly
      "
    `)
  })

  it('has no paragraph for what is as it should be', () => {
    expect(formatTerminal(makeReport(makeVerdict()), false)).toMatchInlineSnapshot(`
      "┌──────────┬─────────────────────────┬─────────┬────────────────┬───────────────┬────────┬───────┐
      │ case     │ engine                  │ outcome │ error / spread │ limits needed │ tokens │  time │
      ├──────────┼─────────────────────────┼─────────┼────────────────┼───────────────┼────────┼───────┤
      │ mine/e4b │ onnxruntime:cpu/float32 │ pass    │         1.12 × │             – │  48/48 │ 0.9 s │
      └──────────┴─────────────────────────┴─────────┴────────────────┴───────────────┴────────┴───────┘

      1 pass against transformers@5.23.0/float64, recorded in 1.2 s
      "
    `)
  })

  it('colours outcomes by how bad they are, and nothing else', () => {
    const paint = (change: Parameters<typeof makeVerdict>[0]) =>
      [...formatTerminal(makeReport(makeVerdict(change)), true).matchAll(/\u001B\[(3[1-6])m([a-z].*?)\u001B/g)]
        .map(([, code, text]) => `${code} ${text}`)
        .at(0)
    expect(paint({})).toBe('32 pass')
    expect(paint({ change: 'drifted' })).toBe('33 pass (drifted)')
    expect(paint({ outcome: 'fail', change: 'regressed' })).toBe('31 fail (regressed)')
    expect(paint({ outcome: 'error', fault: 'infrastructure' })).toBe('33 error (machine)')
    expect(paint({ outcome: 'known' })).toBe('33 known')
    expect(paint({ outcome: 'fixed' })).toBe('31 fixed')
  })

  it('lets no text of an engine steer the terminal', () => {
    const hostile = '\u001B]0;title\u0007\u001B[2J\r\u009B31m\u202E\u200B\u2028\n::error::x'
    const verdict = makeVerdict({
      caseId: hostile,
      engine: `x:${hostile}`,
      engineVersion: hostile,
      adapter: hostile,
      reference: hostile,
      outcome: 'error',
      fault: 'engine',
      reason: hostile,
      hint: hostile,
      reproduce: hostile,
      notCompared: [hostile],
      log: hostile,
    })
    const lost = { ...verdict, fault: 'infrastructure' } as const
    const gone = [{ caseId: hostile, engine: hostile, outcome: 'pass' }] as const
    const text = formatTerminal({ ...makeReport(verdict, lost), gone }, false)
    expect(text.replaceAll('\n', '').match(/[\p{Cc}\p{Cf}\p{Zl}]/gu)).toBe(null)
    expect(text.split('\n').filter((line) => line.trim().startsWith('::'))).toEqual([])
    expect(text.split('\n').filter((line) => line.startsWith('  reproduce'))).toEqual([
      '  reproduce: ⟨U+001B⟩]0;title⟨U+0007⟩⟨U+001B⟩[2J⟨U+000D⟩⟨U+009B⟩31m⟨U+202E⟩⟨U+200B⟩⟨U+2028⟩↵::error::x',
    ])
  })
})

describe('makeReporter', () => {
  it('prints at the end and writes no file', async () => {
    const printed: string[] = []
    const reporter = makeReporter({
      history: [],
      isColoured: false,
      print: (text) => printed.push(text),
      append: () => Promise.reject(new Error('nothing is appended')),
      environment: {},
    })
    expect(await reporter.onEnd(everyOutcome())).toEqual([])
    expect(printed).toEqual([formatTerminal(everyOutcome(), false)])
  })
})
