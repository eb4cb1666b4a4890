import type { Evidence, StepEvidence, TokenLogit, Verdict } from '../../../types.js'
import type { Report } from '../../build.js'
import type { HistoryPoint } from '../../history.js'
import { makeReport, makeVerdict } from '../../report.fixture.js'

/** Token 7 would run, turn or hide, if it were shown as it came. */
export const hostileText = '<script>document.title = "ran"</script>\u202E\u200B\u001B[31m'

const texts = { 1: ' the', 2: ' cat', 3: ' dog', 4: 'x\n', 5: '', 6: ' sat', 7: hostileText, 8: ' ran', 10: '.' }

const top = (...tokens: number[]): TokenLogit[] => tokens.map((token, rank) => [token, 12.5 - rank * 0.75])

const step = (expected: number, actual: number, gap: number, error: number): StepEvidence => ({
  expected,
  actual,
  gap,
  topExpected: top(expected, 8, 5, 10, 9),
  topActual: top(actual, 8, 5, 10, 9),
  error,
  uncachedError: error / 3,
})

const evidence: Evidence = {
  prompts: [
    { prompt: 'calm', tokens: [2, 1, 2], steps: [step(1, 1, 2.5, 1e-5), step(2, 2, 1.5, 2e-5)] },
    {
      prompt: 'fork',
      tokens: [2, 7],
      steps: [step(1, 1, 2.5, 1e-5), step(2, 3, 0.0004, 3e-5), step(6, 7, 1.25, 0.02), step(4, 4, 0.75, 0.03)],
    },
  ],
  layers: {
    prompt: 'fork',
    error: [1e-6, 2e-6, 3e-6, 4e-4, 9e-4, 2e-3],
    noise: [1e-6, 1.5e-6, 2e-6, 2.5e-6, 3e-6, 4e-6],
    firstBeyond: 3,
  },
  scatter: Array.from({ length: 60 }, (_, i) => [i / 3 - 10, i / 3 - 10 + (i % 7 === 0 ? 0.6 : 0.01)] as const),
  texts,
}

/** Of each kind one verdict, a gone one, evidence where there would be some, and hostile words wherever words can be. */
export function sampleReport(): Report {
  const failed: Verdict = makeVerdict({
    caseId: 'gemma4/e4b/pruned',
    engine: 'mlx-lm:gpu/bfloat16',
    engineVersion: '0.31.2',
    adapter: 'Apple M4',
    outcome: 'fail',
    change: 'regressed',
    excess: 212.4,
    tokens: { equal: 46, nearTie: 1, diverged: 1, total: 48 },
    comparisons: [
      {
        aspect: 'tokens',
        passed: false,
        metrics: { total: 48, equal: 46 },
        needed: null,
        first: { prompt: 'fork', step: 2 },
        nearTies: [{ prompt: 'fork', step: 1, expected: 2, actual: 3, gap: 0.0004 }],
        detail: 'generation leaves the reference at token 2',
      },
    ],
    evidence,
    reason: `generation leaves the reference at token 2 of prompt fork, with ${hostileText}`,
    hint: 'rotary embedding of the full-attention layers',
    reproduce: "npx parity run --case 'gemma4/e4b/pruned' --engine mlx-lm@0.31.2",
  })
  return {
    ...makeReport(
      makeVerdict({ caseId: 'gemma4/e2b/tied', evidence }),
      makeVerdict({ caseId: 'gemma4/e2b/pruned', engine: 'mlx-lm:gpu/bfloat16', outcome: 'near-tie' }),
      failed,
      makeVerdict({
        caseId: 'gemma4/e4b/mixed',
        engine: 'vllm:cuda/bfloat16',
        outcome: 'error',
        fault: 'engine',
        stage: 'open',
        excess: null,
        tokens: null,
        reason: 'vllm refused the checkpoint',
        log: `Traceback\n  ${hostileText}\nKeyError: 'k_proj'`,
      }),
      makeVerdict({
        caseId: 'gemma4/e2b/tied',
        engine: 'vllm:cuda/bfloat16',
        outcome: 'error',
        fault: 'infrastructure',
        excess: null,
        tokens: null,
        reason: 'shard 2 of 4 was lost',
      }),
      makeVerdict({ caseId: 'gemma4/e4b/mixed', outcome: 'known', excess: 20 }),
      makeVerdict({ caseId: 'gemma4/e4b/pruned', outcome: 'fixed' }),
      makeVerdict({ caseId: 'gemma4/e2b/pruned', engine: 'vllm:cuda/bfloat16', outcome: 'skipped', excess: null }),
      makeVerdict({ caseId: 'gemma4/e2b/mixed', change: 'drifted', excess: 3.4 }),
      makeVerdict({ caseId: `hostile/${hostileText}`, change: 'new' }),
    ),
    gone: [{ caseId: 'gemma4/e2b/old', engine: 'llama-cpp:cpu/q8_0', outcome: 'pass' }],
  }
}

/** Runs before it, in which the failed verdict was good until a new version of its engine. */
export const sampleHistory = (): HistoryPoint[] =>
  [1.1, 1.2, 1.1, 180].map((excess, day) => ({
    at: `2026-11-2${day}T03:00:00Z`,
    tool: '1.2.3',
    commit: 'c0ffee'.repeat(6),
    reference: 'transformers@5.23.0/float64, recorded',
    verdicts: {
      'gemma4/e4b/pruned on mlx-lm:gpu/bfloat16': {
        outcome: excess < 4 ? 'pass' : 'fail',
        excess,
        engineVersion: excess < 4 ? '0.31.1' : '0.31.2',
        elapsedMs: 900,
      },
    },
  }))
