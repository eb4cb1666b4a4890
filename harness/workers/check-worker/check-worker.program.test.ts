/** `parity check-worker`, on the built-in engine's worker, on the example to copy, and on faulty ones. */
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { expect, it } from 'vitest'
import { committed, parity, parityJson } from '../../cli/parity.fixture.js'
import { packageRoot } from '../../package-root.js'
import type { CheckResult } from './check-worker.js'

interface Document {
  readonly ok: boolean
  readonly command: readonly string[]
  readonly checks: readonly CheckResult[]
}

const node = process.execPath
const faulty = join(packageRoot, 'harness/workers/check-worker/fixtures/faulty.mjs')
const jiti = join(dirname(createRequire(import.meta.url).resolve('jiti/package.json')), 'lib/jiti-cli.mjs')

/** How many checks went how. */
const tally = ({ checks }: Document) => ({
  ok: checks.filter(({ outcome }) => outcome === 'ok').length,
  rest: checks.filter(({ outcome }) => outcome !== 'ok').map(({ name, outcome }) => `${name}: ${outcome}`),
})

it('the built-in engine’s worker speaks the protocol', async () => {
  const worker = join(packageRoot, 'dist/sources/onnxruntime/worker.js')
  const { exitCode, document } = await parityJson<Document>(['check-worker', '--device', 'cpu', node, worker])
  expect([exitCode, document.ok, document.command]).toEqual([0, true, [node, worker]])
  expect(tally(document)).toEqual({ ok: 20, rest: [] })
})

it('so does the oracle’s, which starts a Python', async () => {
  const worker = join(packageRoot, 'dist/sources/oracle/worker.js')
  const { exitCode, document } = await parityJson<Document>(['check-worker', '--dtype', 'float64', node, worker])
  expect([exitCode, tally(document)]).toEqual([0, { ok: 20, rest: [] }])
})

it('and the example in TypeScript, as far as it goes', async () => {
  const worker = join(packageRoot, 'examples/workers/typescript/worker.ts')
  const { exitCode, document } = await parityJson<Document>(['check-worker', node, jiti, worker])
  expect(exitCode).toBe(0)
  expect(tally(document)).toEqual({ ok: 18, rest: ['layers: not offered', 'parts: not offered'] })
})

it('a fault is exit code 1, its check and a sentence', async () => {
  const { exitCode, stdout, stderr } = await parity(['check-worker', node, faulty, 'dropped-cache'])
  expect([exitCode, stderr]).toEqual([1, ''])
  expect(stdout.split('\n').filter((line) => !line.startsWith('  ok '))).toEqual([
    '  failed       continuation        the forced tokens and its own generation differ by 2 of the largest logit, more than float error',
    '19 ok, 1 failed, 0 not offered',
  ])
})

it('flags of the worker’s own stand behind --', async () => {
  const command = [node, '--no-warnings', faulty]
  const { exitCode, stdout } = await parity(['check-worker', '--json', '--', ...command])
  const document = JSON.parse(stdout) as Document
  expect([exitCode, document.ok, document.command]).toEqual([0, true, command])
  const without = await parity(['check-worker', ...command])
  expect([without.exitCode, without.stderr.split('\n')[0]]).toEqual([2, "error: unknown option '--no-warnings'"])
})

it('a program or a checkpoint that is not there is a broken set-up', async () => {
  const lost = await parity(['check-worker', 'no-such-program'])
  expect([lost.exitCode, lost.stdout, lost.stderr.split(':')[0]]).toEqual([3, '', 'cannot start no-such-program'])
  const empty = await parity(['check-worker', '--checkpoint', committed('none'), node, faulty])
  expect([empty.exitCode, empty.stdout]).toEqual([3, ''])
})
