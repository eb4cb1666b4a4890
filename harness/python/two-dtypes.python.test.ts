/** A checkpoint that does not fit into memory in float64: the two highest dtypes that fit are truth and spread. */
import { beforeAll, expect, it } from 'vitest'
import { committedCases, recordings } from '../cases/committed-cases.fixture.js'
import { findDefect } from '../cases/load-defects.js'
import { defaultLimits } from '../compare/limits.js'
import type { RunPlan } from '../run/plan.js'
import { openReference, type Reference } from '../run/reference.js'
import { reachVerdict } from '../run/verdict.js'
import { makeSources } from '../sources/index.js'
import { readRecording } from '../trace/recording-store.js'

const { signal } = new AbortController()
const [item] = await committedCases({ case: ['gemma4/e2b/pruned'] })
const plan: RunPlan = {
  sources: makeSources(),
  cases: [],
  engines: [{ name: 'onnxruntime', device: 'cpu' }],
  reference: { name: 'transformers' },
  recordings,
  limits: defaultLimits,
  budget: { jobs: 1, memory: 2 ** 22 }, // 0.8 million weights take 6.6 MB in float64
  isNightly: false,
  threads: 1,
  timeouts: { startMs: 120_000, openMs: 300_000, observeMs: 300_000 },
  options: {},
  reproduce: () => '',
}

let reference: Reference
beforeAll(async () => {
  reference = await openReference(plan, item, signal)
})

it('takes float32 for the truth, and says why', () => {
  expect(reference.name).toBe('transformers@5.23.0/float32')
  expect(reference.reservation).toMatch(
    /^the truth in float64: it would need [\d.]+ GB of the 0\.0042 GB there are, so the truth is float32$/,
  )
})

it('measures bfloat16 against it as against float64, and predicts float32 within a factor of two', async () => {
  const { dtypes } = (await readRecording(recordings, item)).recording
  const bfloat16 = await reference.spread('bfloat16', signal)
  expect(bfloat16.origin).toBe('transformers')
  expect(bfloat16.rms / dtypes.bfloat16.error.rms).toBeCloseTo(1, 2)
  const float32 = await reference.spread('float32', signal)
  expect(float32.origin).toBe('predicted')
  expect(float32.rms / dtypes.float32.error.rms).toBeGreaterThan(0.5)
  expect(float32.rms / dtypes.float32.error.rms).toBeLessThan(2)
})

it('still judges an engine in float32, with the reservation in the verdict', async () => {
  const engine = { name: 'onnxruntime', device: 'cpu' }
  const judge = (options: RunPlan['options']) =>
    reachVerdict(
      { ...plan, options },
      item,
      engine,
      () => Promise.resolve(reference),
      signal,
      () => undefined,
    )
  const verdict = await judge({})
  expect(verdict.outcome).toBe('pass')
  expect(verdict.notCompared[0]).toMatch(
    /so the truth is float32, and the spread of float32 is told from that of bfloat16$/,
  )
  expect((await judge({ defect: (await findDefect('window-plus-one')).plant })).outcome).toBe('fail')
})
