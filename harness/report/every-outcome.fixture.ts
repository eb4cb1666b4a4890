import type { Evidence, StepEvidence, TokenLogit } from '../evidence.js'
import type { Verdict } from '../types.js'
import { buildReport, type Report } from './build.js'
import { makeVerdict } from './report.fixture.js'

/** Texts of a tokenizer that would run, turn round, hide, break a line or paint, if they were shown as they came. */
export const hostileTexts = {
  script: '<script>alert(1)</script>',
  turned: '\u202Egnp.exe',
  hidden: 'a\u200Bb',
  line: 'x\n| @octocat | #1 ``` |',
  escape: '\u001B[31mred\u001B[0m\u0007',
} as const

const texts = {
  1: ' the',
  2: ' cat',
  3: ' dog',
  4: hostileTexts.script,
  5: hostileTexts.turned,
  6: hostileTexts.hidden,
  7: hostileTexts.line,
  8: hostileTexts.escape,
  9: '',
}

const top = (...tokens: number[]): TokenLogit[] => tokens.map((token, rank) => [token, 12.5 - rank * 0.75])

const step = (expected: number, actual: number, gap: number, error: number): StepEvidence => ({
  expected,
  actual,
  gap,
  topExpected: top(expected, 5, 6, 7, 8),
  topActual: top(actual, 5, 6, 7, 9),
  error,
  uncachedError: error / 4,
})

/** Two prompts: the second has a near tie at step 1 and leaves the reference at step 2. */
const evidence: Evidence = {
  unit: 'logits',
  prompts: [
    {
      prompt: 'calm',
      tokens: [2, 1, 2],
      steps: [step(1, 1, 2.5, 1e-5), step(2, 2, 1.5, 2e-5), step(3, 3, 1.25, 2e-5)],
    },
    {
      prompt: 'fork',
      tokens: [2, 4],
      steps: [step(1, 1, 2.5, 1e-5), step(2, 3, 0.0004, 3e-5), step(1, 4, 1.25, 0.02), step(2, 2, 0.75, 0.03)],
    },
  ],
  layers: { prompt: 'fork', error: [1e-6, 2e-6, 4e-4, 9e-4], noise: [1e-6, 1.5e-6, 2e-6, 3e-6], firstBeyond: 2 },
  scatter: Array.from({ length: 12 }, (_, index) => [index - 6, index - 6 + (index % 4 === 0 ? 0.5 : 0.01)] as const),
  texts,
}

const nearTie = { prompt: 'fork', step: 1, expected: 2, actual: 3, gap: 0.0004 }

const forked = [
  {
    aspect: 'logits',
    passed: false,
    metrics: { rms: 0.02, max: NaN },
    needed: { rmsExcess: 212.4, maxExcess: Infinity },
    first: { prompt: 'fork', position: 1 },
    nearTies: [],
  },
  {
    aspect: 'tokens',
    passed: false,
    metrics: { total: 7, equal: 5 },
    needed: null,
    first: { prompt: 'fork', step: 2 },
    nearTies: [nearTie],
    detail: 'generation leaves the reference at token 2',
  },
] as const satisfies Verdict['comparisons']

const metal = { engine: 'mlx-lm:metal/bfloat16', engineVersion: '0.31.2', adapter: 'Apple M4 Max' }
const cuda = { engine: 'vllm:cuda/bfloat16', engineVersion: '0.12.0', adapter: 'NVIDIA L4' }
const webgpu = { engine: 'onnxruntime:webgpu/float32', adapter: 'SwiftShader', software: true }
const uncompared = { excess: null, tokens: null, spread: null, limits: null }

const verdicts: readonly Verdict[] = [
  makeVerdict({ caseId: 'gemma4/e2b/pruned', evidence }),
  makeVerdict({
    ...webgpu,
    caseId: 'gemma4/e2b/pruned',
    outcome: 'near-tie',
    change: 'drifted',
    excess: 3.91,
    tokens: { equal: 6, nearTie: 1, diverged: 0, total: 7 },
    evidence,
    comparisons: [{ aspect: 'tokens', passed: true, metrics: {}, needed: null, nearTies: [nearTie] }],
    reason: 'logits within 3.9 × the spread, 6 of 7 generated tokens equal and 1 near tie',
  }),
  makeVerdict({ caseId: 'gemma4/e4b/pruned', change: 'fixed' }),
  makeVerdict({
    ...metal,
    caseId: 'gemma4/e4b/pruned',
    outcome: 'fail',
    change: 'regressed',
    excess: 212.4,
    tokens: { equal: 5, nearTie: 1, diverged: 1, total: 7 },
    comparisons: forked,
    evidence,
    reason: `logits differ from position 1 of prompt fork, and generation chose ${hostileTexts.script} at token 2`,
    hint: `the ${hostileTexts.line}${hostileTexts.escape} rotary embedding of the full-attention layers`,
    reproduce: "npx parity run --case 'gemma4/e4b/pruned' --engine mlx-lm@0.31.2",
    log: 'not of interest',
  }),
  makeVerdict({
    ...cuda,
    ...uncompared,
    caseId: 'gemma4/e4b/pruned',
    outcome: 'error',
    fault: 'engine',
    stage: 'open',
    reason: 'vllm refused the checkpoint: KeyError: k_proj',
    reproduce: 'npx parity run --case gemma4/e4b/pruned --engine vllm',
    log: `Traceback (most recent call last)\n  ${hostileTexts.escape} \`\`\`\n${hostileTexts.turned}\nKeyError: k_proj\n`,
  }),
  makeVerdict({
    ...cuda,
    ...uncompared,
    caseId: 'gemma4/e2b/pruned',
    outcome: 'error',
    fault: 'infrastructure',
    engineVersion: null,
    adapter: null,
    reason: 'the worker was ended by SIGKILL',
    reproduce: 'npx parity run --case gemma4/e2b/pruned --engine vllm',
  }),
  makeVerdict({
    ...webgpu,
    caseId: 'gemma4/e4b/mixed-fp16',
    outcome: 'known',
    excess: 20,
    reason: 'logits differ by 20 × the spread; known: half precision overflows, https://example.org/issue/1',
    reproduce: 'npx parity run --case gemma4/e4b/mixed-fp16 --engine onnxruntime:webgpu',
  }),
  makeVerdict({
    caseId: 'gemma4/e4b/mixed-fp16',
    outcome: 'fixed',
    reason: 'the declared divergence is gone',
    hint: 'remove it from known',
    reproduce: 'npx parity run --case gemma4/e4b/mixed-fp16 --engine onnxruntime:cpu',
  }),
  makeVerdict({
    ...metal,
    ...uncompared,
    caseId: 'gemma4/e2b/pruned',
    engineVersion: null,
    adapter: null,
    outcome: 'skipped',
    reason: 'no Metal device',
    hint: 'run on a Mac with Apple silicon',
    elapsedMs: 0,
  }),
  makeVerdict({
    caseId: `hostile/${hostileTexts.line}`,
    change: 'new',
    notCompared: [`layers: ${hostileTexts.escape}`],
    tokens: null,
  }),
]

/** Of each outcome and each change one verdict, both faults, a gone one, evidence, hostile words; the same each time. */
export const everyOutcome = (): Report => ({
  ...buildReport(verdicts, 2, {
    toolVersion: '1.2.3',
    command: 'parity run --out reports',
    startedAt: new Date('2026-11-24T08:00:00Z'),
    elapsedMs: 61_234,
    gone: [{ caseId: 'gemma4/e2b/old', engine: 'llama-cpp:cpu/q8_0', outcome: 'pass' }],
  }),
  platform: { os: 'linux 6.8', arch: 'x64', node: '24.1.0', processor: 'Some CPU', threads: 2, memoryBytes: 2 ** 33 },
})
