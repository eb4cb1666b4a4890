/** A test suite as others write it, run by vitest: outcomes.fixture.ts. */
import { cp, mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readSafetensorsHeader, readTensor } from '../checkpoint/safetensors.js'
import { writeSafetensors } from '../checkpoint/safetensors-writer.js'
import { packageRoot } from '../package-root.js'

interface TestResult {
  readonly title: string
  readonly status: string
  readonly failureMessages: readonly string[]
}

interface Ran {
  readonly exitCode: number | undefined
  readonly output: string
  /** By the name of the cell. */
  readonly tests: Readonly<Record<string, { status: string; messages: readonly string[] }>>
}

let folder: string
beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'parity-vitest-')))
  await makeProject()
})
afterAll(() => rm(folder, { recursive: true }))

/** The demo's case under several names; the recording of those that fail tells of logits 1 % larger. */
async function makeProject(): Promise<void> {
  const recorded = join(packageRoot, 'references/recorded/gemma4/e2b/pruned')
  const demo = JSON.parse(await readFile(join(recorded, 'trace.json'), 'utf8')) as {
    prompts: object[]
    generate: number
  }
  const known = [{ engine: 'onnxruntime:cpu', because: 'it is made up', link: 'https://example.com/1' }]
  const cases = [
    { id: 'good' },
    { id: 'bad', suite: 'others' },
    { id: 'known', known },
    { id: 'fixed', known },
    { id: 'later', nightly: ['onnxruntime'] },
  ]
  await mkdir(join(folder, 'cases'))
  for (const item of cases) {
    const { prompts, generate } = demo
    const checkpoint = join(packageRoot, 'cases/checkpoints/gemma-4-e2b-tiny')
    await writeFile(
      join(folder, 'cases', `${item.id}.case.json`),
      JSON.stringify({ checkpoint, prompts, generate, ...item }),
    )
    const recording = join(folder, 'references/recorded', item.id)
    await cp(recorded, recording, { recursive: true })
    if (item.id === 'bad' || item.id === 'known') await enlargeLogits(join(recording, 'trace.safetensors'))
  }
  const config = { engines: ['onnxruntime:cpu'], cases: 'cases' }
  await writeFile(join(folder, 'parity.config.json'), JSON.stringify(config))
}

async function enlargeLogits(file: string): Promise<void> {
  const tensors = []
  for (const [name, info] of await readSafetensorsHeader(file)) {
    const data = Float64Array.from(await readTensor(info), Number)
    tensors.push({ name, dtype: 'F64' as const, shape: info.shape, data: data.map((value) => 1.01 * value) })
  }
  await writeSafetensors(file, tensors)
}

async function runTests(args: readonly string[], env: Record<string, string> = {}): Promise<Ran> {
  const results = join(folder, 'results.json')
  const vitest = [
    join(packageRoot, 'node_modules/vitest/vitest.mjs'),
    'run',
    '--config',
    join(folder, 'vitest.config.mjs'),
  ]
  const include = [join(packageRoot, 'harness/vitest/outcomes.fixture.ts')]
  await writeFile(
    join(folder, 'vitest.config.mjs'),
    `export default ${JSON.stringify({ root: packageRoot, test: { include } })}`,
  )
  const { exitCode, all } = await execa(
    process.execPath,
    [...vitest, '--reporter=verbose', '--reporter=json', `--outputFile.json=${results}`, ...args],
    { cwd: folder, env: { NO_COLOR: '1', ...env }, reject: false, all: true },
  )
  const { testResults } = JSON.parse(await readFile(results, 'utf8')) as {
    testResults: { assertionResults: TestResult[] }[]
  }
  const tests = testResults.flatMap(({ assertionResults }) => assertionResults)
  return {
    exitCode,
    output: all,
    tests: Object.fromEntries(
      tests.map(({ title, status, failureMessages }) => [title, { status, messages: failureMessages }]),
    ),
  }
}

describe('describeParity', () => {
  it('runs', async () => {
    const ran = await runTests([])
    console.log(JSON.stringify(ran.tests, null, 1), ran.output)
    expect(ran.exitCode).toBe(1)
  })
})
