/** A program of the user's as an engine, named in `parity.config.ts`. Its worker is the built-in one, started by hand. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { committed, parity, parityJson } from '../../cli/parity.fixture.js'
import { packageRoot } from '../../package-root.js'
import type { ReportDocument } from '../../report/schema.js'

const worker = join(packageRoot, 'dist/sources/onnxruntime/worker.js')
const faulty = join(packageRoot, 'harness/workers/check-worker/fixtures/faulty.mjs')
const checkpoint = committed('gemma-4-e2b-tiny')

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'parity-command-'))
  await writeFile(join(folder, 'start.mjs'), `await import(${JSON.stringify(worker)})\n`)
  const sources = {
    'my-engine': { command: [process.execPath, 'start.mjs'], env: { MINE: '1' }, options: { threads: 1 } },
    gpu: { command: [process.execPath, 'start.mjs'], devices: ['tpu'] },
    lost: { command: ['no-such-program'] },
    broken: { command: [process.execPath, '-e', 'console.error("out of luck"); process.exit(3)'] },
    reset: { command: [process.execPath, faulty, 'dropped-cache'] },
  }
  await configure('parity.config.json', {
    cases: join(packageRoot, 'cases'),
    recordings: join(packageRoot, 'references/recorded'),
    sources,
  })
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const configure = (name: string, config: object) => writeFile(join(folder, name), JSON.stringify(config))

async function runOn(engine: string) {
  const { exitCode, document } = await parityJson<ReportDocument>(
    ['run', '--case', 'gemma4/e2b/pruned', '--engine', engine, '--no-baseline'],
    { cwd: folder },
  )
  return { exitCode, verdict: document.verdicts[0] }
}

describe('parity run on an engine of one’s own', () => {
  it('reaches a verdict under the name that the config gives it', async () => {
    const { exitCode, verdict } = await runOn('my-engine')
    expect([exitCode, verdict.outcome, verdict.engine]).toEqual([0, 'pass', 'my-engine:cpu/float32'])
    expect(verdict.engineVersion).toBe('1.30.0')
    expect(verdict.notCompared).toEqual([])
    expect(verdict.reproduce).toBe('npx parity run --case gemma4/e2b/pruned --engine my-engine')
  })

  it('fails one that computes something else', async () => {
    const { exitCode, verdict } = await runOn('reset:cpu/float32')
    expect([exitCode, verdict.outcome, verdict.engine]).toEqual([1, 'fail', 'reset:cpu/float32'])
  })

  it('is an error of one that dies before it has said hello, with its last words', async () => {
    const { exitCode, verdict } = await runOn('broken')
    expect([exitCode, verdict.outcome, verdict.stage, verdict.log]).toEqual([1, 'error', 'start', 'out of luck'])
    expect(verdict.reason).toBe('the worker exited with code 3 while starting')
  })

  it.each([
    ['lost', /^cannot start no-such-program: .*ENOENT/, 'correct sources.lost.command'],
    [
      'gpu',
      /^its worker does not know tpu \(in 'gpu:tpu\/float32'\), only /,
      'set sources.gpu.devices to what it knows',
    ],
    ['my-engine@0.9', /^its worker is version 1\.30\.0$/, 'ask for my-engine@1.30.0'],
  ])('skips %s, which cannot run here', async (engine, why, fix) => {
    const { exitCode, verdict } = await runOn(engine)
    expect([exitCode, verdict.outcome, verdict.hint]).toEqual([0, 'skipped', fix])
    expect(verdict.reason).toMatch(why)
  })

  it.each([
    [['--engine', 'my-engine:gpu'], "my-engine knows no device 'gpu' (in 'my-engine:gpu')\nKnown: cpu."],
    [['--engine', 'my-engine/int8'], "my-engine knows no dtype 'int8' (in 'my-engine/int8')\nKnown: float32."],
  ])('refuses %s', async (flags, stderr) => {
    expect(await parity(['run', ...flags], { cwd: folder })).toEqual({ exitCode: 2, stdout: '', stderr })
  })
})

it('parity probe takes it too', async () => {
  const flags = ['--checkpoint', checkpoint, '--tokens', '2,7,9', '--generate', '2']
  const { exitCode, document } = await parityJson<{ source: object }>(['probe', 'my-engine', ...flags], { cwd: folder })
  expect(exitCode).toBe(0)
  expect(document.source).toEqual({
    id: 'onnxruntime:cpu/float32',
    version: '1.30.0',
    device: 'cpu',
    dtype: 'float32',
  })
  const broken = await parityJson(['probe', 'broken', ...flags], { cwd: folder })
  expect([broken.exitCode, broken.document]).toEqual([
    3,
    {
      error: {
        code: 'PARITY_WORKER',
        message: 'the worker exited with code 3 while starting',
        hint: 'The source’s last words:\nout of luck',
      },
    },
  ])
})

it('describeParity makes a test of it', async () => {
  const results = join(folder, 'results.json')
  const include = [join(packageRoot, 'harness/sources/command/fixtures/own-engine.fixture.ts')]
  const config = join(folder, 'vitest.config.mjs')
  await writeFile(config, `export default ${JSON.stringify({ root: packageRoot, test: { include } })}`)
  const vitest = [join(packageRoot, 'node_modules/vitest/vitest.mjs'), 'run', '--config', config]
  const flags = ['--reporter=json', `--outputFile.json=${results}`]
  await execa(process.execPath, [...vitest, ...flags], { cwd: folder, reject: false })
  const { testResults } = JSON.parse(await readFile(results, 'utf8')) as {
    testResults: { assertionResults: { fullName: string; status: string }[] }[]
  }
  expect(testResults[0].assertionResults.map(({ fullName, status }) => `${fullName}: ${status}`)).toEqual([
    'parity gemma4/e2b/pruned on my-engine: passed',
  ])
})

it('parity doctor says of each whether it runs', async () => {
  const { document } = await parityJson<{ sources: { source: string; ok: boolean; why?: string }[] }>(['doctor'], {
    cwd: folder,
  })
  const own = document.sources.filter(({ source }) => /^(my-engine|broken):/.test(source))
  expect(own.map(({ source, ok, why }) => [source, ok, why])).toEqual([
    ['my-engine:cpu', true, undefined],
    ['broken:cpu', false, 'the worker exited with code 3 while starting'],
  ])
})

it('a reference that dies is a broken set-up', async () => {
  const flags = ['--case', 'gemma4/e2b/pruned', '--engine', 'my-engine', '--reference', 'broken']
  const { exitCode, document } = await parityJson(['run', ...flags], { cwd: folder })
  expect([exitCode, document]).toEqual([
    3,
    {
      error: {
        code: 'PARITY_SOURCE',
        message: 'the reference broken cannot run here: the worker exited with code 3 while starting',
        hint: 'parity check-worker, and the command that the source is started with, says more',
      },
    },
  ])
})

describe('sources of a config', () => {
  it.each([
    [{ oracle: { command: ['x'] } }, "sources.oracle: there is a source 'oracle' already"],
    [{ mine: {} }, 'other.json: sources.mine is not an object with one of: command, source, url'],
    [{ mine: { command: 'x' } }, 'other.json: sources.mine.command is not a list of texts'],
    [{ mine: { source: 'no/no/no' } }, 'other.json: sources.mine.source is not name[@version][:device][/dtype]'],
    [{ mine: { source: 'onnxruntime', python: 'python3' } }, 'sources.mine: onnxruntime does not run in Python'],
    [{ mine: { source: 'nothing' } }, "there is no source 'nothing' (in 'nothing')"],
    [{ mine: { command: [] } }, 'other.json: sources.mine.command is empty'],
    [{ mine: 'x' }, 'other.json: sources.mine is not an object with one of: command, source, url'],
    [
      { Mine: { command: ['x'] } },
      'other.json: sources.Mine is no name of a source: those are of lower-case letters, digits and -',
    ],
  ])('%j is refused', async (sources, message) => {
    await configure('other.json', { sources })
    const ran = await parity(['run', '--config', 'other.json'], { cwd: folder })
    expect([ran.exitCode, ran.stdout, ran.stderr.split('\n')[0]]).toEqual([2, '', message])
  })
})
