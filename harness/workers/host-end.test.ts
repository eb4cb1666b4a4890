import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { expect, test, vi } from 'vitest'
import { isAlive, listSurvivors } from './fixtures/living.fixture.js'

vi.setConfig({ testTimeout: 60_000 })
const program = fileURLToPath(new URL('fixtures/host.fixture.ts', import.meta.url))
const onWindows = process.platform === 'win32'

/** Starts a host whose worker never answers; returns it and the processes that must not outlive it. */
async function startHost(...args: string[]) {
  const command = ['--import', 'jiti/register', program, ...args]
  const host = spawn(process.execPath, command, { stdio: ['ignore', 'pipe', 'ignore'] })
  const exited = once(host, 'exit')
  const [line] = (await Promise.race([once(host.stdout, 'data'), exited])) as [Buffer]
  const pids = JSON.parse(line.toString()) as number[]
  return { host, pids, exited }
}

test('the worker of a host that dies of SIGKILL goes by itself', async () => {
  const { host, pids, exited } = await startHost('hang')
  expect(pids.filter(isAlive)).toHaveLength(1)
  host.kill('SIGKILL')
  await exited
  expect(await listSurvivors(pids)).toEqual([])
})

test.skipIf(onWindows).each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)(
  'a host that gets %s dies of it, and kills its worker and all that this started',
  async (signal) => {
    const { host, pids, exited } = await startHost('grandchildren')
    expect(pids.filter(isAlive)).toHaveLength(3)
    host.kill(signal)
    expect(await exited).toEqual([null, signal])
    expect(await listSurvivors(process.platform === 'linux' ? pids : pids.slice(0, 2))).toEqual([])
  },
)

test.skipIf(onWindows)('so does a host that has a child of another kind, which execa looks after', async () => {
  const { host, pids, exited } = await startHost('block', 'beside-execa')
  host.kill('SIGTERM')
  expect(await exited).toEqual([null, 'SIGTERM'])
  expect(pids).toHaveLength(2)
  expect(await listSurvivors(pids)).toEqual([])
})

test.each([
  ['throw', 1],
  ['exit', 7],
])('a host that ends by %s keeps its exit code and kills its worker', async (end, code) => {
  const { pids, exited } = await startHost('block', end)
  expect(await exited).toEqual([code, null])
  expect(await listSurvivors(pids)).toEqual([])
})
