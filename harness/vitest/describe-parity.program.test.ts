/** A test suite as others write it, run by vitest: fixtures/outcomes.fixture.ts. */
import { cp, mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readSafetensorsHeader, readTensor } from '../checkpoint/safetensors.js'
import { writeSafetensors } from '../checkpoint/safetensors-writer.js'
import { packageRoot } from '../package-root.js'

interface TestResult {
  readonly fullName: string
  readonly status: string
  readonly failureMessages: readonly string[]
}

interface Ran {
  readonly exitCode: number | undefined
  readonly output: string
  /** By their full names. */
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
  const include = [join(packageRoot, 'harness/vitest/fixtures/outcomes.fixture.ts')]
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
      tests.map(({ fullName, status, failureMessages }) => [fullName, { status, messages: failureMessages }]),
    ),
  }
}

const noCuda = "ONNX Runtime has no 'cuda' provider here"

describe('describeParity', () => {
  it('makes a test of each cell, which ends as its verdict does', async () => {
    const { exitCode, output, tests } = await runTests([])
    expect(exitCode).toBe(1)
    expect(Object.entries(tests).map(([name, { status }]) => `${name}: ${status}`)).toEqual([
      'parity fixed on onnxruntime:cpu: failed',
      'parity fixed on onnxruntime:cuda: skipped',
      'parity good on onnxruntime:cpu: passed',
      'parity good on onnxruntime:cuda: skipped',
      'parity known on onnxruntime:cpu: passed',
      'parity known on onnxruntime:cuda: skipped',
      'parity later on onnxruntime:cpu: skipped',
      'parity later on onnxruntime:cuda: skipped',
      'others parity bad on onnxruntime:cpu: failed',
      'hurried parity made/here on onnxruntime:cpu: failed',
    ])
    expect(tests['parity fixed on onnxruntime:cpu'].messages.map(withoutFigures)).toEqual([
      lines(
        'logits within # × the spread, # of # generated tokens equal, but the case declares a divergence: it is made up (https://example.com/1)',
        'Remove the declaration from the case’s `known`.',
        "See it again: npx vitest run 'harness/vitest/fixtures/outcomes.fixture.ts' -t 'fixed on onnxruntime:cpu'",
      ),
    ])
    expect(tests['others parity bad on onnxruntime:cpu'].messages.map(withoutFigures)).toEqual([
      lines(
        "logits differ from the reference by # at position # of prompt 'one', and by # × the spread over the case",
        // The recording was changed, so that is what it says.
        "the oracle, an independent Gemma 4, sides with the engine: at position # of prompt 'one' the reference is # from it, the engine #",
        "See it again: npx vitest run 'harness/vitest/fixtures/outcomes.fixture.ts' -t 'bad on onnxruntime:cpu'",
      ),
    ])
    expect(output).toMatch(
      / FAIL .* > hurried > parity > made\/here on onnxruntime:cpu\nError: Test timed out in 20ms\./,
    )
  })

  it('says why it skipped a test, and what a declared divergence is', async () => {
    const { output } = await runTests(['-t', '^parity'])
    const why = /^ ↓ .* > (\S+ on \S+) \d+ms \[(.*)\]$/gm
    const skipped = Object.fromEntries([...output.matchAll(why)].map(([, name, reason]) => [name, reason]))
    expect(skipped['good on onnxruntime:cuda']).toMatch(new RegExp(`^${noCuda}\\. npm rebuild `))
    expect(skipped['later on onnxruntime:cpu']).toBe(
      'the case leaves it to the nightly run: nightly: true, PARITY_NIGHTLY=1',
    )
    expect(output).toMatch(
      /❯ known\n\s+↳ logits differ .* over the case.* \(known: it is made up, https:\/\/example\.com\/1\)\n/,
    )
  })

  it('fails what was skipped where it is required, and takes the nightly cells when asked to', async () => {
    const { tests } = await runTests(['-t', '^parity (good|later)'], { PARITY_REQUIRE: '1', PARITY_NIGHTLY: '1' })
    expect(tests['parity good on onnxruntime:cpu'].status).toBe('passed')
    expect(tests['parity later on onnxruntime:cpu'].status).toBe('passed')
    expect(tests['parity good on onnxruntime:cuda'].messages[0].split('\n')[0]).toBe(noCuda)
    expect(tests['parity later on onnxruntime:cuda'].status).toBe('failed')
  })

  it('refuses a setting that is wrong before any test', async () => {
    const { exitCode, output, tests } = await runTests([], { PARITY_ENGINE: 'onnxrumtime' })
    expect(exitCode).toBe(1)
    expect(tests).toEqual({})
    expect(output).toMatch(/ParityError: there is no source 'onnxrumtime'/)
  })
})

const lines = (...text: string[]) => text.join('\n')
const withoutFigures = (text: string) =>
  text.replaceAll(/(?<=\b(?:by|within|position|reference is|the engine) )[\d.e-]+|\d+(?= (?:of|generated))/g, '#')
