/** The example worker in Python: it speaks the protocol, and as an engine it reaches a verdict. */
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { parityJson } from '../../cli/parity.fixture.js'
import { packageRoot } from '../../package-root.js'
import type { ReportDocument } from '../../report/schema.js'
import type { CheckResult } from './check-worker.js'

const example = join(packageRoot, 'examples/workers/python/worker.py')

/** A project that has the package in node_modules and a copy of the example. */
async function makeProject(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'parity-python-example-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  await mkdir(join(folder, 'node_modules'))
  await symlink(packageRoot, join(folder, 'node_modules/transformers-parity'))
  await cp(example, join(folder, 'worker.py'))
  const config = {
    cases: join(packageRoot, 'cases'),
    recordings: join(packageRoot, 'references/recorded'),
    sources: { 'my-engine': { command: ['python3', 'worker.py'], dtypes: ['float32', 'float64'] } },
  }
  await writeFile(join(folder, 'parity.config.json'), JSON.stringify(config))
  return folder
}

it.each(['float32', 'float64'])('speaks the protocol in %s, copied into a project', async (dtype) => {
  const cwd = await makeProject()
  const flags = ['check-worker', '--dtype', dtype, 'python3', 'worker.py']
  const { exitCode, document } = await parityJson<{ checks: CheckResult[] }>(flags, { cwd })
  expect(document.checks.filter(({ outcome }) => outcome !== 'ok')).toEqual([
    { name: 'layers', outcome: 'not offered', detail: 'its hello does not give layers' },
    { name: 'parts', outcome: 'not offered', detail: 'its hello does not give layers, parts' },
  ])
  expect([exitCode, document.checks.length]).toEqual([0, 20])
})

it('passes a tiny case as an engine', async () => {
  const cwd = await makeProject()
  const flags = ['run', '--case', 'gemma4/e2b/pruned', '--engine', 'my-engine', '--no-baseline']
  const { exitCode, document } = await parityJson<ReportDocument>(flags, { cwd })
  expect(exitCode).toBe(0)
  expect(document.verdicts.map(({ engine, outcome }) => [engine, outcome])).toEqual([['my-engine:cpu/float32', 'pass']])
})

const needsCache = ['not offered continuation', 'not offered uncached', 'not offered chunk']
it.each([
  ['floats', []],
  ['no-cache', needsCache],
  // Its own loop chooses tokens that its own logits do not.
  ['own-loop', ['failed generate', 'failed continuation', 'failed uncached']],
])('what serves it is tested with a change: %s', async (change, complaints) => {
  const checks = await checkChanged(change)
  const rest = checks.filter(({ outcome, name }) => outcome !== 'ok' && !['layers', 'parts'].includes(name))
  expect(rest.map(({ name, outcome }) => `${outcome} ${name}`)).toEqual(complaints)
})

it('a forward that leaves out rows is told so', async () => {
  const found = (await checkChanged('forgetful')).find(({ name }) => name === 'tensor-file')
  expect(found?.detail).toBe('it refuses: forward gave 1 rows of [512] logits for 5 tokens')
})

async function checkChanged(change: string): Promise<readonly CheckResult[]> {
  const worker = join(packageRoot, 'harness/workers/check-worker/fixtures/decoder.py')
  return (await parityJson<{ checks: CheckResult[] }>(['check-worker', 'python3', worker, change])).document.checks
}
