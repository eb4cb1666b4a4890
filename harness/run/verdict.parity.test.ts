/** Verdicts on the built-in engine where there is nothing to compare: whose fault it is, and what a declaration makes of it. */
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { loadCases } from '../cases/load-cases.js'
import { prepareCase } from '../cases/prepare-case.js'
import { defaultLimits } from '../compare/limits.js'
import { packageRoot } from '../package-root.js'
import { parseSourceId } from '../source-id.js'
import { makeSources } from '../sources/index.js'
import type { PreparedCase } from '../types.js'
import { WorkerFault } from '../workers/host.js'
import { isTokenizerCase } from './cells.js'
import type { RunPlan } from './plan.js'
import { openReference, type Reference } from './reference.js'
import { reachVerdict } from './verdict.js'

const { signal } = new AbortController()
const lacking = process.platform === 'darwin' ? 'onnxruntime:dml' : 'onnxruntime:coreml'
const known = [{ engine: 'onnxruntime', because: 'declared for this test', link: 'https://example.org/1' }]

let item: PreparedCase
beforeAll(async () => {
  const [found] = (await loadCases(join(packageRoot, 'cases'))).filter(({ id }) => id === 'gemma4/e2b/pruned')
  if (isTokenizerCase(found)) throw new Error(`${found.id} asks a tokenizer`)
  item = await prepareCase(found, signal, () => undefined)
})

const missing = { ok: false, why: 'no Python', fix: 'none' } as const

const planOf = (options: RunPlan['options']): RunPlan => ({
  sources: makeSources(),
  cases: [],
  engines: [],
  reference: null,
  recordings: join(packageRoot, 'references/recorded'),
  limits: defaultLimits,
  budget: { jobs: 1, memory: 2 ** 33 },
  isNightly: false,
  threads: 1,
  timeouts: { startMs: 60_000, openMs: 300_000, observeMs: 300_000 },
  options,
  reproduce: () => 'parity run',
})

function reach(
  engine: string,
  declared: PreparedCase['known'],
  options: RunPlan['options'] = {},
  reference?: () => Promise<Reference>,
) {
  const plan = planOf(options)
  const declaring = declared === undefined ? item : { ...item, known: declared }
  const open = reference ?? (() => openReference(plan, item, signal))
  return reachVerdict(plan, declaring, parseSourceId(engine), open, signal, () => undefined)
}

const failing = () =>
  Promise.reject(new WorkerFault('exited', 'observe', 'the worker died of SIGSEGV', {}, 'last words'))

describe('a reference that fails', () => {
  it.each([[undefined], [known]])(
    'is the machine’s fault, and says nothing about a divergence declared: %j',
    async (declared) => {
      const verdict = await reach('onnxruntime:cpu', declared, {}, failing)
      expect(verdict).toMatchObject({
        outcome: 'error',
        fault: 'infrastructure',
        stage: 'observe',
        reason: 'the reference failed: the worker died of SIGSEGV',
        reference: 'transformers@5.23.0/float64, recorded',
        log: 'last words',
        evidence: null,
      })
    },
  )
})

describe('a reference of float32 alone that is not transformers', () => {
  it('gives verdicts, held to the least spread that is believed', async () => {
    const plan = { ...planOf({}), reference: { name: 'onnxruntime', device: 'cpu' } }
    const verdict = await reach('onnxruntime:cpu', undefined, {}, () => openReference(plan, item, signal))
    expect(verdict).toMatchObject({ outcome: 'pass', spread: { dtype: 'float32', origin: 'floor' } })
  })
})

describe('a reference that would take too long under the engine’s tokens', () => {
  it('refuses as a worker would, and is not started', async () => {
    const sources = makeSources()
    const lacksPython = { ...sources.find({ name: 'transformers' }), check: () => Promise.resolve(missing) }
    const find: RunPlan['sources']['find'] = (id) => (id.name === 'transformers' ? lacksPython : sources.find(id))
    const plan = { ...planOf({}), sources: { ...sources, find }, oracleMinutes: 0 }
    const reference = await openReference(plan, item, signal)
    const fault: unknown = await reference.under(reference.truth, signal).catch((error: unknown) => error)
    expect(fault).toBeInstanceOf(WorkerFault)
    expect(fault).toMatchObject({ kind: 'refused', stage: 'open' })
    expect(String(fault)).toContain('oracle/float64 is not started over gemma4/e2b/pruned: it would take about')
  })
})

describe('an engine that refuses', () => {
  it('is at fault', async () => {
    const { outcome, fault, stage, evidence } = await reach('onnxruntime:cpu', undefined, { defect: 'gremlin' })
    expect({ outcome, fault, stage, evidence }).toEqual({
      outcome: 'error',
      fault: 'engine',
      stage: 'open',
      evidence: null,
    })
  })

  it('is no error, and nobody’s fault, where that is declared', async () => {
    const verdict = await reach('onnxruntime:cpu', known, { defect: 'gremlin' })
    expect(verdict.outcome).toBe('known')
    expect(Object.hasOwn(verdict, 'fault')).toBe(false)
  })
})

describe('an engine that the machine lacks', () => {
  it('is skipped, against the reference that it would have been compared with', async () => {
    const { outcome, reference, fault } = await reach(lacking, undefined)
    expect({ outcome, reference, fault }).toEqual({
      outcome: 'skipped',
      reference: 'transformers@5.23.0/float64, recorded',
      fault: undefined,
    })
  })
})

describe('a divergence that is declared', () => {
  it('keeps its evidence, there or gone', async () => {
    const there = await reach('onnxruntime:cpu', known, { defect: { config: [{ at: 'softcap', set: null }] } })
    expect([there.outcome, there.evidence?.prompts.length]).toEqual(['known', 3])
    const gone = await reach('onnxruntime:cpu', known)
    expect([gone.outcome, gone.evidence?.prompts.length]).toEqual(['fixed', 3])
  })
})
