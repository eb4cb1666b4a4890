import type { Verdict } from '../types.js'
import { buildReport, type Report } from './build.js'

const verdict: Verdict = {
  caseId: 'mine/e4b',
  checkpoint: { config: 'c0'.repeat(32), weights: { 'model.safetensors': 'ab'.repeat(32) } },
  engine: 'onnxruntime:cpu/float32',
  engineVersion: '1.30.0',
  adapter: 'Some CPU',
  software: false,
  reference: 'transformers@5.23.0/float64, recorded',
  outcome: 'pass',
  comparisons: [],
  notCompared: [],
  limits: { rmsExcess: 4, maxExcess: 8 },
  spread: { dtype: 'float32', rms: 1e-5, max: 4e-5, origin: 'recorded' },
  excess: 1.12,
  tokens: { equal: 48, nearTie: 0, diverged: 0, total: 48 },
  evidence: null,
  reason: 'logits within 1.1 × the spread, 48 of 48 generated tokens equal',
  reproduce: 'npx parity run --case mine/e4b --engine onnxruntime:cpu',
  elapsedMs: 900,
  peakBytes: 2 ** 27,
}

export const makeVerdict = (change: Partial<Verdict> = {}): Verdict => ({ ...verdict, ...change })

export const makeReport = (...verdicts: Verdict[]): Report =>
  buildReport(verdicts, 0, {
    toolVersion: '1.2.3',
    command: 'parity run',
    startedAt: new Date('2026-11-24T08:00:00Z'),
    elapsedMs: 1234,
  })
