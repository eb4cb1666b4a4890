/**
 * The main job: every committed case on the built-in engine, against what transformers recorded. WebGPU, which is slow
 * on SwiftShader, takes one checkpoint of each geometry and layout here, and the variants in `npm run parity`.
 */
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { filterCases, type Selection } from './cases/filter-cases.js'
import { loadCases } from './cases/load-cases.js'
import { defaultLimits } from './compare/limits.js'
import { packageRoot } from './package-root.js'
import { run } from './run.js'
import { parseSourceId } from './source-id.js'
import { makeSources } from './sources/index.js'
import type { Verdict } from './types.js'

const recordings = join(packageRoot, 'references/recorded')

async function judgeAll(engine: string, selection: Selection): Promise<Verdict[]> {
  const verdicts: Verdict[] = []
  const plan = {
    sources: makeSources(),
    cases: filterCases(await loadCases(join(packageRoot, 'cases')), selection),
    engines: [parseSourceId(engine)],
    reference: parseSourceId('recorded'),
    recordings,
    limits: defaultLimits,
    budget: { jobs: availableParallelism(), memory: 2 ** 33 },
    isNightly: true,
    threads: 1,
    timeouts: { startMs: 60_000, openMs: 300_000, observeMs: 300_000 },
    options: {},
    reproduce: () => '',
  }
  for await (const event of run(plan, new AbortController().signal))
    if (event.type === 'verdict') verdicts.push(event.verdict)
  return verdicts
}

describe.each([
  ['onnxruntime:cpu', 2, ['tiny', 'variant'], 35],
  ['onnxruntime:webgpu', 3, ['tiny'], 6],
])('%s', (engine, mostExcess, tag, count) => {
  let verdicts: Verdict[]
  beforeAll(async () => {
    verdicts = await judgeAll(engine, { tag })
  })

  it('runs every case', () => {
    expect(new Set(verdicts.map(({ caseId }) => caseId)).size).toBe(count)
  })

  it(`errs by at most ${mostExcess} × the spread`, () => {
    for (const { caseId, excess } of verdicts) expect(excess, caseId).toBeLessThanOrEqual(mostExcess)
  })

  it('generates the tokens of the reference, or says which near tie it took the other side of', () => {
    for (const { caseId, outcome, tokens, reason } of verdicts) {
      expect(['pass', 'near-tie'], `${caseId}: ${reason}`).toContain(outcome)
      expect(tokens?.total, caseId).toBeGreaterThanOrEqual(36)
      expect(tokens?.diverged, caseId).toBe(0)
    }
  })

  it('computes through its cache what it computes without', () => {
    for (const { caseId, comparisons } of verdicts) {
      expect(
        comparisons.find(({ aspect }) => aspect === 'cache'),
        caseId,
      ).toMatchObject({ passed: true })
    }
  })

  it('names its adapter', () => {
    for (const { adapter } of verdicts) expect(adapter).toMatch(/\w/)
  })
})
