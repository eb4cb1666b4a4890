import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { committed, parity, parityJson } from '../cli/parity.fixture.js'
import { largestError } from '../compare/metrics.js'
import type { ReportDocument } from '../report/schema.js'
import { vllm } from '../sources/vllm/index.js'
import type { Matrix, Observation, Session, Trace } from '../types.js'

const timeouts = { startMs: 120_000, openMs: 300_000, observeMs: 300_000 }
const { signal } = new AbortController()
/** Loading vLLM takes most of the time: half a minute a process, more on a busy machine. */
const minutes = (count: number) => count * 60_000

let project: string
beforeAll(async () => {
  expect((await parity(['doctor', '--install', 'vllm'])).exitCode).toBe(0)
  project = await mkdtemp(join(tmpdir(), 'parity-vllm-'))
}, minutes(10))
afterAll(() => rm(project, { recursive: true, force: true }))

async function run(engine: string, cases: readonly string[]) {
  const args = ['run', ...cases.flatMap((id) => ['--case', id]), '--engine', engine, '--jobs', '1', '--no-baseline']
  const { document } = await parityJson<ReportDocument>([...args, '--reference', 'recorded', '--history', 'none'])
  expect(document.verdicts.map(({ caseId }) => caseId).sort()).toEqual([...cases].sort())
  return document.verdicts
}

describe('vLLM', () => {
  it.each([
    ['float32', ['gemma4/e2b/pruned', 'gemma4/26b-a4b', 'gemma4/e4b-abliterated/redundant']],
    ['bfloat16', ['gemma4/e4b-fine-tuned/pruned']],
  ])(
    'agrees with transformers in %s, layer by layer',
    async (dtype, cases) => {
      for (const verdict of await run(`vllm/${dtype}`, cases)) {
        const { caseId, evidence, excess, outcome, reason } = verdict
        expect(dtype === 'float32' ? ['pass'] : ['pass', 'near-tie'], `${caseId}: ${reason}`).toContain(outcome)
        expect(verdict).toMatchObject({ engine: `vllm:cpu/${dtype}`, engineVersion: '0.32.0', notCompared: [] })
        expect(excess, caseId).toBeLessThanOrEqual(2)
        expect(evidence?.layers?.firstBeyond, caseId).toBe(null)
      }
    },
    minutes(6),
  )

  it(
    'says in its own words what it does not load',
    async () => {
      const folder = join(project, 'unknown')
      await cp(committed('gemma-4-e4b-fine-tuned'), folder, { recursive: true, dereference: true })
      const config = await readFile(join(folder, 'config.json'), 'utf8') // as text: JavaScript turns 30.0 into 30
      await writeFile(join(folder, 'config.json'), config.replace('"Gemma4ForCausalLM"', '"Nobody"'))
      await expect(open(folder)).rejects.toThrow(/Model architectures \['Nobody'\]/)
    },
    minutes(2),
  )

  it('refuses text alone under the name of the multimodal architecture, and the hint says why', async () => {
    const [verdict] = await run('vllm', ['gemma4/31b-fine-tuned/multimodal'])
    expect(verdict).toMatchObject({
      outcome: 'known',
      stage: 'open',
      reason:
        "AttributeError: 'NoneType' object has no attribute 'hidden_size' (known: vLLM wants a vision_config beside that architecture, https://github.com/vllm-project/vllm/issues/15031)",
      hint: 'config.json names the architecture Gemma4ForConditionalGeneration and has no vision_config, which this engine reads; relayout with --prefix model. writes the architecture of the text alone',
    })
  })

  it('gives the same alone and in a batch of other prompts', { timeout: minutes(4) }, async () => {
    const [verdict] = await run('vllm', ['gemma4/checks/e4b-abliterated'])
    expect(verdict.outcome, verdict.reason).toBe('pass')
    expect(verdict.notCompared).toEqual([])
    const check = verdict.comparisons.find(({ aspect }) => aspect === 'deterministic')
    expect(check).toMatchObject({ passed: true, metrics: { runs: 2 } })
  })

  it('leaves a GPU to an interpreter of the user’s own', async () => {
    expect(await vllm.check({ name: 'vllm', device: 'gpu' })).toEqual({
      ok: false,
      why: 'its pinned environment is the build for CPUs',
      fix: 'set PARITY_PYTHON_VLLM to an interpreter with a vllm for this GPU',
    })
  })
})

const open = (checkpoint: string) =>
  vllm.open({ id: { name: 'vllm' }, checkpoint, threads: 1, options: {}, timeouts }, signal)

describe('a session', () => {
  const request: Observation = {
    prompts: [
      [2, ...Array.from({ length: 20 }, (_, i) => 5 + 7 * i)],
      [2, 9, 8],
    ],
    generate: 4,
    continuation: null,
    cache: true,
    chunk: null,
    logits: 'all',
    topK: null,
    layers: [2],
  }
  const matrix = (trace: Trace, name: string): Matrix => {
    const found = trace.tensor(name)
    if (found === undefined) throw new Error(`no tensor ${name}`)
    return found
  }
  const names = ['0.logits', '0.decode.logits', '0.layers.2', '1.logits', '1.decode.logits', '1.layers.2']
  const difference = (left: Trace, right: Trace) =>
    Math.max(...names.map((name) => largestError(matrix(left, name).data, matrix(right, name).data)))

  let session: Session
  beforeAll(async () => {
    session = await open(committed('gemma-4-e4b-fine-tuned'))
  }, minutes(5))
  afterAll(() => session[Symbol.asyncDispose]())
  const observe = (change: Partial<Observation>) => session.observe({ ...request, ...change }, signal)

  it('gives the same twice, in pieces, under its own tokens, and without a cache', async () => {
    const own = await observe({})
    expect(own.generated.map((tokens) => tokens.length)).toEqual([4, 4])
    expect(names.map((name) => matrix(own, name).rows)).toEqual([21, 3, 21, 3, 3, 3])
    expect(difference(own, await observe({}))).toBe(0)
    const forced = { generate: 0, continuation: own.generated.map((tokens) => tokens.slice(0, -1)) }
    for (const change of [{ chunk: 1 }, { chunk: 5 }, forced, { ...forced, chunk: 5 }, { ...forced, cache: false }])
      expect(difference(own, await observe(change)), JSON.stringify(change)).toBeLessThan(1e-4)
  })

  it('gives each of a batch of prompts what it gives it alone', async () => {
    const prompts = [...request.prompts, [2, 30, 31, 32, 33, 34, 35]]
    const batch = await observe({ prompts, generate: 24 })
    expect(session.source.gives).toContain('batch')
    for (const [k, prompt] of prompts.entries()) {
      const alone = await observe({ prompts: [prompt], generate: 24 })
      expect(alone.generated, `prompt ${k}`).toEqual([batch.generated[k]])
      for (const name of ['logits', 'decode.logits', 'layers.2']) {
        const [left, right] = [matrix(batch, `${k}.${name}`), matrix(alone, `0.${name}`)]
        expect(largestError(left.data, right.data), `${k}.${name}`).toBeLessThan(1e-4)
      }
    }
  })

  it('follows tokens that it would not choose, through its cache', async () => {
    const given = { generate: 0, continuation: [[7, 300, 9], [11]] }
    const cached = await observe(given)
    expect(cached.generated).toEqual([[], []])
    expect(matrix(cached, '0.decode.logits').rows).toBe(3)
    expect(difference(cached, await observe({ ...given, cache: false }))).toBeLessThan(1e-4)
    expect(difference(cached, await observe({ ...given, continuation: [[7, 300, 10], [11]] }))).toBeGreaterThan(1e-2)
  })

  it('refuses a token and a layer that there is not, and lives on', async () => {
    const size = matrix(await observe({}), '0.logits').columns
    await expect(observe({ prompts: [[size]] })).rejects.toThrow(`token ${size}: the vocabulary has ${size}`)
    await expect(observe({ layers: [99] })).rejects.toThrow('layers: no such layer')
    expect((await observe({ generate: 1 })).generated.map((tokens) => tokens.length)).toEqual([1, 1])
  })
})
