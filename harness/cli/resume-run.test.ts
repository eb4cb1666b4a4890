import { appendFile, cp, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { LoadedCase } from '../cases/load-cases.js'
import { identify } from '../checkpoint/identity.js'
import { defaultLimits } from '../compare/limits.js'
import { makeVerdict } from '../report/report.fixture.js'
import { formatReached, formatStart } from '../report/writers/jsonl.js'
import { listCells } from '../run/cells.js'
import type { RunPlan } from '../run/plan.js'
import { makeSources } from '../sources/index.js'
import type { StepEvidence } from '../evidence.js'
import type { Verdict } from '../types.js'
import { committed } from './parity.fixture.js'
import { keepVerdicts } from './resume-run.js'
import { toolVersion } from './tool-version.js'

const engine = { name: 'onnxruntime', device: 'cpu' }
const sources = makeSources({ broken: { command: ['false'] } })
const step: StepEvidence = {
  ...{ expected: 7, actual: 7, gap: 1, topExpected: [[7, 2]], topActual: [[7, 2]], error: 0, uncachedError: null },
}

let temporary: string
let item: LoadedCase
let plan: RunPlan
let verdict: Verdict
beforeAll(async () => {
  temporary = await mkdtemp(join(tmpdir(), 'parity-keep-'))
  const checkpoint = join(temporary, 'model')
  await cp(committed('gemma-4-e2b-tiny'), checkpoint, { recursive: true })
  item = { id: 'mine/e2b', checkpoint, prompts: [{ id: 'one', tokens: [2, 5] }], generate: 2, file: 'mine.case.ts' }
  plan = {
    cases: [item],
    sources,
    engines: [engine],
    reference: { name: 'oracle' },
    recordings: join(temporary, 'recordings'),
    limits: defaultLimits,
    budget: { jobs: 1, memory: 2 ** 33 },
    isNightly: false,
    threads: 1,
    timeouts: { startMs: 1, openMs: 1, observeMs: 1 },
    options: {},
    reproduce: (caseId, name) => `npx parity run --case ${caseId} --engine ${name}`,
  }
  const [onnxruntime, oracle] = await Promise.all(
    [engine, { name: 'oracle' }].map(async (id) => {
      const available = await sources.find(id).check(id)
      if (!available.ok) throw new Error(available.why)
      return available.version
    }),
  )
  verdict = makeVerdict({
    caseId: 'mine/e2b',
    checkpoint: await identify(checkpoint),
    engineVersion: onnxruntime,
    reference: `oracle@${oracle}/float64`,
    limits: defaultLimits,
    reproduce: 'npx parity run --case mine/e2b --engine onnxruntime:cpu',
    evidence: {
      ...{ unit: 'logits' as const, layers: null, scatter: [], texts: {} },
      prompts: [{ prompt: 'one', tokens: [2, 5], steps: [step, step] }],
    },
  })
})
afterAll(() => rm(temporary, { recursive: true, force: true }))

const cell = 'mine/e2b on onnxruntime:cpu'

interface Changes {
  readonly verdict?: Partial<Verdict>
  readonly item?: object
  readonly plan?: Partial<RunPlan>
  readonly tool?: string
  readonly cell?: string
}

/** How many verdicts a run keeps of one with this verdict. */
async function countKept(changes: Changes): Promise<number> {
  const file = join(temporary, 'verdicts.jsonl')
  const start = {
    toolVersion: changes.tool ?? toolVersion,
    command: 'parity run',
    startedAt: new Date('2026-11-24T08:00:00Z'),
    cells: [cell],
    shard: null,
    leftToNightly: 0,
  }
  const reached = { cell: changes.cell ?? cell, verdict: { ...verdict, ...changes.verdict } }
  await writeFile(file, `${formatStart(start)}\n${formatReached(reached, new Date())}\n`)
  const changed = { ...plan, cases: [{ ...item, ...changes.item }], ...changes.plan }
  return (await keepVerdicts(file, changed, listCells(changed).cells, true)).length
}

const known = [{ engine: 'onnxruntime', because: 'declared for this test', link: 'https://example.org/1' }]

describe('a verdict is kept', () => {
  it.each<[string, Changes]>([
    ['where nothing has changed', {}],
    ['of a fail', { verdict: { outcome: 'fail' } }],
    [
      'of an error of the engine, which has no evidence',
      { verdict: { outcome: 'error', fault: 'engine', limits: null, evidence: null } },
    ],
    ['of a declared divergence', { verdict: { outcome: 'known' }, item: { known } }],
    ['where a divergence of another engine is declared', { item: { known: [{ ...known[0], engine: 'oracle' }] } }],
  ])('%s', async (_, changes) => {
    expect(await countKept(changes)).toBe(1)
  })
})

describe('a verdict is reached again', () => {
  it.each<[string, Changes]>([
    ['by another harness', { tool: '0.0.1' }],
    ['on another cell', { cell: 'mine/e2b on onnxruntime' }],
    ['of a case that is gone', { item: { id: 'mine/other' } }],
    ['where the engine was skipped', { verdict: { outcome: 'skipped', limits: null, evidence: null } }],
    ['where the machine failed', { verdict: { outcome: 'error', fault: 'infrastructure', evidence: null } }],
    ['by another version of the engine', { verdict: { engineVersion: '0.0.1' } }],
    [
      'on an engine that dies when it is asked what it is',
      {
        cell: 'mine/e2b on broken',
        plan: { engines: [{ name: 'broken' }] },
        verdict: { reproduce: 'npx parity run --case mine/e2b --engine broken' },
      },
    ],
    ['on an engine that the machine lacks', { plan: { engines: [{ name: 'onnxruntime', device: 'npu' }] } }],
    ['against another reference', { verdict: { reference: 'transformers@5.23.0/float64' } }],
    ['with other limits', { plan: { limits: { rmsExcess: 1, maxExcess: 1 } } }],
    ['with a planted defect', { plan: { reproduce: () => 'npx parity run --defect softcap-dropped' } }],
    ['with other prompts', { item: { prompts: [{ id: 'one', tokens: [2, 6] }] } }],
    ['with one more prompt', { item: { prompts: ['one', 'two'].map((id) => ({ id, tokens: [2, 5] })) } }],
    ['for more tokens', { item: { generate: 3 } }],
    ['for a divergence that is declared now', { item: { known } }],
    ['for one that is declared no longer', { verdict: { outcome: 'known' } }],
    ['for one that was fixed and is declared no longer', { verdict: { outcome: 'fixed' } }],
    ['without its checkpoint', { verdict: { checkpoint: null } }],
  ])('%s', async (_, changes) => {
    expect(await countKept(changes)).toBe(0)
  })

  it('on a checkpoint that has changed', async () => {
    const config = join(temporary, 'model/config.json')
    expect(await countKept({})).toBe(1)
    await appendFile(config, '\n')
    expect(await countKept({})).toBe(0)
  })
})
