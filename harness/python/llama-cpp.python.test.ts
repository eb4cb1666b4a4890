/**
 * llama.cpp as the engine, over files that its own converter makes. It reads no `per_layer_config`, so that these are
 * committed cases with the config's old spelling; the one of experts is recorded anew with it.
 */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadCases } from '../cases/load-cases.js'
import { committed, parity, parityJson } from '../cli/parity.fixture.js'
import { largestError } from '../compare/metrics.js'
import { packageRoot } from '../package-root.js'
import type { ReportDocument } from '../report/schema.js'
import { llamaCpp } from '../sources/llama-cpp/index.js'
import type { Matrix, Observation, Trace } from '../types.js'

const trained = 'gemma4/e2b-fine-tuned-5.5/stored'
const dense = 'gemma4/31b-fine-tuned/old-config'
const experts = 'gemma4/26b-a4b'
const timeouts = { startMs: 60_000, openMs: 60_000, observeMs: 300_000 }
const { signal } = new AbortController()

let project: string
beforeAll(async () => {
  const { exitCode, stderr } = await parity(['doctor', '--install', 'llama-cpp'])
  expect(exitCode, stderr).toBe(0)
  project = await mkdtemp(join(tmpdir(), 'parity-llama-cpp-'))
  const cases = (await loadCases(join(packageRoot, 'cases'))).filter(({ id }) => [trained, dense, experts].includes(id))
  const old = cases.map((item) => ({ ...item, file: undefined, relayout: { config: 'old' }, known: undefined }))
  await mkdir(join(project, 'cases'))
  await writeFile(join(project, 'cases/old.case.json'), JSON.stringify(old))
  const recorded = await parity(['record'], { cwd: project })
  expect(recorded.exitCode, recorded.stderr).toBe(0)
})
afterAll(() => rm(project, { recursive: true, force: true }))

/** The verdicts of a run, by the case’s id. */
async function run(engine: string, cases: readonly string[], cwd = project) {
  const args = ['run', ...cases.flatMap((id) => ['--case', id]), '--engine', engine]
  const { document } = await parityJson<ReportDocument>(args, { cwd })
  return new Map(document.verdicts.map((verdict) => [verdict.caseId, verdict]))
}

describe('llama.cpp', () => {
  it.each([
    // The half-precision table of gelu, and nothing else, is what float32 errs by.
    ['float32', 1.1],
    // Activations are quantised too, which the spread knows nothing of.
    ['q8_0', 2],
    ['q4_0', 1.5],
  ])('agrees with transformers in %s, up to what it rounds', async (dtype, most) => {
    const verdicts = await run(`llama-cpp/${dtype}`, [trained, dense, experts])
    expect([...verdicts.keys()].sort()).toEqual([trained, dense, experts].sort())
    for (const [id, verdict] of verdicts) {
      expect(['pass', 'near-tie'], `${id}: ${verdict.reason}`).toContain(verdict.outcome)
      expect(verdict).toMatchObject({
        engine: `llama-cpp:cpu/${dtype}`,
        engineVersion: '3.22.1',
        spread: { dtype, origin: 'emulated' },
      })
      expect(verdict.excess, id).toBeLessThanOrEqual(most)
      expect(verdict.excess, id).toBeGreaterThan(0.5)
      if (dtype === 'float32') expect(verdict.tokens?.equal, id).toBe(verdict.tokens?.total)
    }
  })

  it.each(['float16', 'bfloat16'])('agrees in %s', async (dtype) => {
    const verdict = (await run(`llama-cpp/${dtype}`, [trained])).get(trained)
    expect(['pass', 'near-tie'], verdict?.reason).toContain(verdict?.outcome)
  })

  it('refuses the config that transformers writes today, and the hint says why', async () => {
    const verdict = (await run('llama-cpp', ['gemma4/e2b/pruned'], packageRoot)).get('gemma4/e2b/pruned')
    expect(verdict).toMatchObject({ outcome: 'known', stage: 'open' })
    expect(verdict?.reason).toContain("tensor 'blk.3.attn_q.weight' has wrong shape; expected")
    expect(verdict?.hint).toMatch(/per_layer_config.*relayout with --config old writes that$/)
  })

  it('is skipped where it has not been installed, with the command that does it', async () => {
    const args = ['run', '--case', trained, '--engine', 'llama-cpp@3.20.0']
    const { document } = await parityJson<ReportDocument>(args, { env: { PARITY_CACHE: join(project, 'cache') } })
    expect(document.verdicts[0]).toMatchObject({
      outcome: 'skipped',
      reason: 'node-llama-cpp 3.20.0 is not installed',
      hint: 'parity doctor --install llama-cpp@3.20.0',
    })
  })
})

describe('a GGUF of the user’s own', () => {
  const sourceOf = (gguf: string) =>
    `export default { sources: { mine: { source: 'llama-cpp', options: ${JSON.stringify({ gguf })} } } }`

  it('is judged by the checkpoint that it is said to be of', async () => {
    await writeFile(join(project, 'parity.config.js'), sourceOf(await keptFile()))
    const verdicts = await run('mine', [trained, dense])
    expect(verdicts.get(trained)).toMatchObject({ outcome: 'pass', engine: 'mine:cpu/float32' })
    expect(verdicts.get(dense)?.outcome).toBe('fail')
  })

  it('must be of the dtype that the limits are of', async () => {
    await writeFile(join(project, 'parity.config.js'), sourceOf(await keptFile()))
    const verdict = (await run('mine/q8_0', [trained])).get(trained)
    expect(verdict).toMatchObject({
      outcome: 'error',
      stage: 'open',
      hint: 'Ask for llama-cpp/float32: the limits are those of the dtype.',
    })
    expect(verdict?.reason).toMatch(/kept\.gguf is float32, not q8_0$/)
  })

  it('that is cut off or none at all is refused in the engine’s words', async () => {
    const file = join(project, 'broken.gguf')
    const request = {
      id: { name: 'llama-cpp' },
      checkpoint: committed('gemma-4-e2b-fine-tuned-5.5'),
      threads: 1,
      timeouts,
    }
    const open = () => llamaCpp.open({ ...request, options: { gguf: file } }, signal)
    await writeFile(file, (await readFile(await keptFile())).subarray(0, 3000))
    await expect(open()).rejects.toThrow('failed to read key-value pairs')
    await writeFile(file, 'no such thing')
    await expect(open()).rejects.toThrow('Invalid GGUF magic')
  })

  /** The file that the source itself makes, copied. */
  async function keptFile(): Promise<string> {
    const file = join(project, 'kept.gguf')
    const { cachedGguf } = await import('../sources/llama-cpp/cached-gguf.js')
    const checkpoint = committed('gemma-4-e2b-fine-tuned-5.5')
    const none = { library: () => '', release: '' }
    await writeFile(file, await readFile(await cachedGguf(checkpoint, 'float32', none, signal)))
    return file
  }
})

describe('a session', () => {
  const checkpoint = committed('gemma-4-e2b-fine-tuned-5.5')
  const request: Observation = {
    prompts: [[2, ...Array.from({ length: 20 }, (_, i) => 5 + 7 * i)]],
    generate: 4,
    continuation: null,
    cache: true,
    chunk: null,
    logits: 'all',
    topK: null,
    layers: false,
  }
  const open = () => llamaCpp.open({ id: { name: 'llama-cpp' }, checkpoint, threads: 1, options: {}, timeouts }, signal)
  const matrix = (trace: Trace, name: string): Matrix => {
    const found = trace.tensor(name)
    if (found === undefined) throw new Error(`no tensor ${name}`)
    return found
  }

  it('gives the same in pieces, under its own tokens, and without a cache', async () => {
    await using session = await open()
    expect(session.source).toMatchObject({ version: '3.22.1', versions: { 'llama.cpp': 'v0.5.0' } })
    const own = await session.observe(request, signal)
    expect(own.generated.map((tokens) => tokens.length)).toEqual([4])
    expect(matrix(own, '0.logits')).toMatchObject({ rows: 21, columns: 680 })
    expect(matrix(own, '0.decode.logits').rows).toBe(3)
    const forced = { generate: 0, continuation: [own.generated[0].slice(0, -1)] }
    for (const change of [{ chunk: 1 }, { chunk: 5 }, forced, { ...forced, chunk: 5 }, { ...forced, cache: false }]) {
      const other = await session.observe({ ...request, ...change }, signal)
      for (const name of ['0.logits', '0.decode.logits']) {
        const [left, right] = [matrix(own, name), matrix(other, name)]
        expect([left.rows, left.columns]).toEqual([right.rows, right.columns])
        // Half a float16 of gelu's argument or value may fall either way.
        expect(largestError(left.data, right.data), JSON.stringify(change)).toBeLessThan(2e-3)
      }
    }
  })

  it('gives the last row alone, refuses a token that there is not, and lives on', async () => {
    await using session = await open()
    const all = await session.observe(request, signal)
    const last = await session.observe({ ...request, logits: 'last' }, signal)
    expect(matrix(last, '0.logits').rows).toBe(1)
    expect(largestError(matrix(last, '0.logits').data, matrix(all, '0.logits').data.subarray(20 * 680))).toBeLessThan(
      2e-3,
    )
    await expect(session.observe({ ...request, prompts: [[680]] }, signal)).rejects.toThrow(
      'token 680: the vocabulary has 680',
    )
    expect((await session.observe({ ...request, generate: 1 }, signal)).generated).toHaveLength(1)
  })
})
