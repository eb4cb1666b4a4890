/**
 * mlx-lm as the engine, in three versions side by side. It reads no `per_layer_config`, so that these are the committed
 * cases with the config's old spelling, recorded anew.
 */
import { existsSync } from 'node:fs'
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadCases } from '../cases/load-cases.js'
import { committed, parity, parityJson } from '../cli/parity.fixture.js'
import { largestError } from '../compare/metrics.js'
import { packageRoot } from '../package-root.js'
import type { ReportDocument } from '../report/schema.js'
import { findEnvironment } from '../sources/python/environments.js'
import { mlxLm, mlxLmPackage } from '../sources/mlx-lm/index.js'
import { topIndices } from '../trace/logits.js'
import type { Matrix, Observation, Trace } from '../types.js'

const ids = [
  'gemma4/e2b/pruned',
  'gemma4/e2b/redundant',
  'gemma4/31b',
  'gemma4/26b-a4b',
  'gemma4/e4b-abliterated/pruned',
  'gemma4/e4b-fine-tuned/pruned',
]
const timeouts = { startMs: 60_000, openMs: 60_000, observeMs: 300_000 }
const { signal } = new AbortController()

let project: string
beforeAll(async () => {
  for (const version of ['0.32.2', '0.31.3', '0.31.2'])
    expect((await parity(['doctor', '--install', `mlx-lm@${version}`])).exitCode, version).toBe(0)
  project = await mkdtemp(join(tmpdir(), 'parity-mlx-lm-'))
  const cases = (await loadCases(join(packageRoot, 'cases'))).filter(({ id }) => ids.includes(id))
  expect(cases.map(({ id }) => id).sort()).toEqual([...ids].sort())
  const old = cases.map((item) => ({ ...item, file: undefined, relayout: { config: 'old' }, known: undefined }))
  await mkdir(join(project, 'cases'))
  await writeFile(join(project, 'cases/old.case.json'), JSON.stringify(old))
  const { exitCode, stderr } = await parity(['record'], { cwd: project })
  expect(exitCode, stderr).toBe(0)
})
afterAll(() => rm(project, { recursive: true, force: true }))

/** The verdicts of mlx-lm on the project’s cases, by the case’s id. */
async function run(engine: string, cases: readonly string[], cwd = project, reference = 'recorded') {
  const args = ['run', ...cases.flatMap((id) => ['--case', id]), '--engine', engine, '--reference', reference]
  const { document } = await parityJson<ReportDocument>(args, { cwd })
  return new Map(document.verdicts.map((verdict) => [verdict.caseId, verdict]))
}

describe('mlx-lm, the newest', () => {
  /** MLX multiplies by the matrices of experts on a CPU in float32 only. */
  const dense = ids.filter((id) => id !== 'gemma4/26b-a4b')
  it.each([
    ['float32', ids],
    ['bfloat16', dense],
  ])('agrees with transformers in %s, layer by layer', async (dtype, cases) => {
    const verdicts = await run(`mlx-lm/${dtype}`, cases)
    expect([...verdicts.keys()].sort()).toEqual([...cases].sort())
    for (const [id, verdict] of verdicts) {
      expect(dtype === 'float32' ? ['pass'] : ['pass', 'near-tie'], `${id}: ${verdict.reason}`).toContain(
        verdict.outcome,
      )
      expect(verdict, id).toMatchObject({ engine: `mlx-lm:cpu/${dtype}`, engineVersion: '0.32.2', notCompared: [] })
      expect(verdict.excess, id).toBeLessThanOrEqual(2)
      const { layers } = verdict.evidence ?? {}
      expect(layers?.firstBeyond, id).toBe(null)
      expect(layers?.error.length, id).toBe(layers?.noise.length)
    }
  })

  it.each([
    ['recorded', 'oracle'],
    ['transformers', 'transformers'],
  ])('agrees in float16, by the spread that goes with the reference %s', async (reference, origin) => {
    const id = 'gemma4/e4b-fine-tuned/pruned'
    const verdict = (await run('mlx-lm/float16', [id], project, reference)).get(id)
    expect(verdict).toMatchObject({ outcome: 'pass', spread: { dtype: 'float16', origin } })
    expect(verdict?.excess).toBeLessThanOrEqual(2)
  })

  it('says in its own words what it cannot do', async () => {
    const verdict = (await run('mlx-lm/bfloat16', ['gemma4/26b-a4b'])).get('gemma4/26b-a4b')
    expect(verdict).toMatchObject({
      outcome: 'error',
      stage: 'observe',
      fault: 'engine',
      reason: 'RuntimeError: [GatherMM::eval] Currently only supports float32.',
    })
  })

  it('refuses the config that transformers writes today, and the hint says why', async () => {
    const verdict = (await run('mlx-lm', ['gemma4/e2b/pruned'], packageRoot)).get('gemma4/e2b/pruned')
    expect(verdict).toMatchObject({
      outcome: 'known',
      stage: 'open',
      reason:
        'ValueError: Expected shape (2048, 96) but received shape (256, 96) for parameter model.layers.3.self_attn.q_proj.weight (known: mlx-lm reads only the config’s old spelling, https://github.com/huggingface/transformers/pull/47384)',
      hint: 'config.json tells the sizes of single layers in per_layer_config, as new transformers write it, and this engine knows the old global_head_dim; relayout with --config old writes that',
    })
  })
})

describe('two releases that broke a layout', () => {
  const shared = 'layers 4–7 share the keys and values of layers 2 and 3'
  it.each([
    [
      '0.31.2',
      'pruned',
      'redundant',
      /^ValueError: Missing 12 parameters: /,
      `${shared}, and transformers does not save them`,
    ],
    [
      '0.31.3',
      'redundant',
      'pruned',
      /^ValueError: Received 12 parameters not in model: /,
      `${shared}; tensors of their own, as this checkpoint holds, are left over, and transformers ignores them`,
    ],
  ])('%s refuses the %s one and takes the %s one', async (version, refused, taken, words, hint) => {
    const verdicts = await run(`mlx-lm@${version}`, ['gemma4/e2b/pruned', 'gemma4/e2b/redundant'])
    const [bad, good] = [verdicts.get(`gemma4/e2b/${refused}`), verdicts.get(`gemma4/e2b/${taken}`)]
    expect(bad).toMatchObject({ outcome: 'error', stage: 'open', fault: 'engine', engineVersion: version, hint })
    expect(bad?.reason).toMatch(words)
    expect(bad?.reason).not.toContain('\n')
    expect(good).toMatchObject({ outcome: 'pass', engineVersion: version, tokens: { equal: 96, total: 96 } })
    expect(good?.excess).toBeLessThanOrEqual(4)
  })

  it('stand side by side in one run, each under its own name', async () => {
    const args = ['run', '--case', 'gemma4/e2b/*', '--engine', 'mlx-lm@0.31.2,mlx-lm@0.31.3,mlx-lm']
    const { document } = await parityJson<ReportDocument>(args, { cwd: project })
    expect(document.verdicts.map(({ caseId, engine, outcome }) => [caseId, engine, outcome])).toEqual([
      ['gemma4/e2b/pruned', 'mlx-lm@0.31.2:cpu/float32', 'error'],
      ['gemma4/e2b/pruned', 'mlx-lm@0.31.3:cpu/float32', 'pass'],
      ['gemma4/e2b/pruned', 'mlx-lm@0.32.2:cpu/float32', 'pass'],
      ['gemma4/e2b/redundant', 'mlx-lm@0.31.2:cpu/float32', 'pass'],
      ['gemma4/e2b/redundant', 'mlx-lm@0.31.3:cpu/float32', 'error'],
      ['gemma4/e2b/redundant', 'mlx-lm@0.32.2:cpu/float32', 'pass'],
    ])
  })
})

describe('a session', () => {
  const checkpoint = committed('gemma-4-e2b-fine-tuned-5.5')
  const prompt = [2, ...Array.from({ length: 20 }, (_, i) => 5 + 7 * i)]
  const request: Observation = {
    prompts: [prompt],
    generate: 4,
    continuation: null,
    cache: true,
    chunk: null,
    logits: 'all',
    topK: null,
    layers: false,
  }
  const open = () => mlxLm.open({ id: { name: 'mlx-lm' }, checkpoint, threads: 1, options: {}, timeouts }, signal)
  const matrix = (trace: Trace, name: string): Matrix => {
    const found = trace.tensor(name)
    if (found === undefined) throw new Error(`no tensor ${name}`)
    return found
  }
  const difference = (left: Matrix, right: Matrix) => {
    expect([left.rows, left.columns]).toEqual([right.rows, right.columns])
    return largestError(left.data, right.data)
  }

  it('gives the same in pieces, under its own tokens, and without a cache', async () => {
    await using session = await open()
    const own = await session.observe(request, signal)
    expect(own.generated.map((tokens) => tokens.length)).toEqual([4])
    expect(matrix(own, '0.logits').rows).toBe(21)
    expect(matrix(own, '0.decode.logits').rows).toBe(3)
    const forced = { generate: 0, continuation: [own.generated[0].slice(0, -1)] }
    for (const change of [{ chunk: 1 }, { chunk: 5 }, forced, { ...forced, chunk: 5 }, { ...forced, cache: false }]) {
      const other = await session.observe({ ...request, ...change }, signal)
      for (const name of ['0.logits', '0.decode.logits']) {
        const most = difference(matrix(own, name), matrix(other, name))
        expect(most, JSON.stringify(change)).toBeLessThan(1e-4)
      }
    }
  })

  it('gives the last row alone, its top, and the layers asked for', async () => {
    await using session = await open()
    const all = await session.observe({ ...request, layers: 'all' }, signal)
    const some = await session.observe({ ...request, logits: 'last', topK: 3, layers: [2] }, signal)
    const { data, columns } = matrix(all, '0.logits')
    const last = data.subarray(20 * columns)
    const best = topIndices(last, 3)
    expect([...matrix(some, '0.top-k.ids').data]).toEqual(best)
    expect([...matrix(some, '0.top-k.values').data]).toEqual(best.map((id) => last[id]))
    expect(matrix(some, '0.decode.top-k.ids').rows).toBe(3)
    expect(difference(matrix(some, '0.layers.2'), matrix(all, '0.layers.2'))).toBe(0)
    expect(some.tensor('0.layers.1')).toBe(undefined)
    expect(matrix(all, '0.layers.2').rows).toBe(21)
  })

  it('refuses a token, a device and a layer that there is not, and lives on', async () => {
    await using session = await open()
    const size = matrix(await session.observe(request, signal), '0.logits').columns
    const ask = (change: Partial<Observation>) => session.observe({ ...request, ...change }, signal)
    await expect(ask({ prompts: [[size]] })).rejects.toThrow(`token ${size}: the vocabulary has ${size}`)
    await expect(ask({ layers: [99] })).rejects.toThrow('layers: no such layer')
    expect((await ask({ generate: 1 })).generated).toHaveLength(1)
    const onGpu = { id: { name: 'mlx-lm', device: 'gpu' }, checkpoint, threads: 1, options: {}, timeouts }
    if (process.platform === 'linux')
      await expect(mlxLm.open(onGpu, signal)).rejects.toThrow('device "gpu": this mlx runs on cpu')
  })

  it('runs no code that a config names', async () => {
    const folder = join(project, 'with-code')
    await cp(checkpoint, folder, { recursive: true, dereference: true })
    const config = JSON.parse(await readFile(join(folder, 'config.json'), 'utf8')) as object
    await writeFile(join(folder, 'config.json'), JSON.stringify({ ...config, model_file: 'model.py' }))
    await writeFile(join(folder, 'model.py'), `open(${JSON.stringify(join(project, 'ran'))}, 'w')`)
    const id = { name: 'mlx-lm', version: '0.31.2' }
    const opening = mlxLm.open({ id, checkpoint: folder, threads: 1, options: {}, timeouts }, signal)
    await expect(opening).rejects.toThrow('config.json names a model_file: code from a checkpoint is not run')
    expect(existsSync(join(project, 'ran'))).toBe(false)
  })
})

describe('its environments', () => {
  const ask = async (env: Record<string, string>, engine = 'mlx-lm') => {
    const args = ['run', '--case', 'gemma4/e2b/redundant', '--engine', engine]
    const { document } = await parityJson<ReportDocument>(args, { cwd: project, env })
    return document.verdicts[0]
  }

  it('one that has not been made is skipped, with the command that makes it', async () => {
    const verdict = await ask({ PARITY_CACHE: join(project, 'cache') }, 'mlx-lm@0.31.2')
    expect(verdict).toMatchObject({
      outcome: 'skipped',
      reason: 'its Python environment has not been made',
      hint: 'parity doctor --install mlx-lm@0.31.2',
    })
  })

  it('a version without pins is skipped, with the command that makes them', async () => {
    expect(await ask({}, 'mlx-lm@9.9')).toMatchObject({
      outcome: 'skipped',
      reason: 'its Python environment has not been made',
      hint: 'parity doctor --install mlx-lm@9.9',
    })
  })

  it('an interpreter of the user’s own serves who names no version; one without mlx-lm is skipped', async () => {
    const environment = await findEnvironment(mlxLmPackage, '0.31.2')
    expect(await ask({ PARITY_PYTHON_MLX_LM: environment.python ?? '' })).toMatchObject({
      outcome: 'pass',
      engineVersion: '0.31.2',
    })
    const python = join(project, 'none')
    const verdict = await ask({ PARITY_PYTHON_MLX_LM: python })
    expect(verdict).toMatchObject({ outcome: 'skipped', hint: 'Name a Python that can import mlx_lm.' })
    expect(verdict.reason).toContain(`the interpreter of PARITY_PYTHON_MLX_LM, ${python}, has no mlx-lm: `)
  })
})
