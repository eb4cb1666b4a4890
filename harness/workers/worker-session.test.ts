import { fileURLToPath } from 'node:url'
import { afterEach, expect, test, vi } from 'vitest'
import { isAlive } from './fixtures/living.fixture.js'
import { WorkerHost } from './host.js'
import { openWorkerSession } from './worker-session.js'

vi.setConfig({ testTimeout: 30_000 })
const worker = fileURLToPath(new URL('fixtures/worker.mjs', import.meta.url))
const patience = { startMs: 20_000, openMs: 20_000, observeMs: 20_000 }
const checkpoint = { checkpoint: '.', device: 'cpu', dtype: 'float32', options: {} }
const { signal } = new AbortController()
const observation = {
  prompts: [[1, 2], [3]],
  generate: 2,
  continuation: null,
  cache: true,
  chunk: null,
  logits: 'all',
  topK: null,
  layers: false,
} as const

const hosts: WorkerHost[] = []

afterEach(async () => {
  await Promise.all(hosts.splice(0).map((host) => host[Symbol.asyncDispose]()))
})

async function start(misdeed = 'none', stage = 'never'): Promise<WorkerHost> {
  const host = await WorkerHost.start({ file: process.execPath, args: [worker, misdeed, stage] }, patience)
  hosts.push(host)
  return host
}

test('a trace holds the worker’s tensors as matrices: NaN kept, rank 1 a column, integers as float64', async () => {
  const session = await openWorkerSession(await start(), checkpoint)
  const trace = await session.observe(observation, signal)
  expect(trace.generated).toEqual([
    [0, 1],
    [0, 1],
  ])
  expect(trace.elapsedMs).toBe(1.5)
  expect(trace.tensor('0.logits')).toEqual({ rows: 2, columns: 2, data: Float64Array.of(1, NaN, 3, 4) })
  expect(trace.tensor('0.logsumexp')).toEqual({ rows: 2, columns: 1, data: Float64Array.of(5, 6) })
  expect(trace.tensor('0.top-k.ids')).toEqual({ rows: 2, columns: 1, data: Float64Array.of(7, 2 ** 40) })
  expect(trace.tensor('1.logits')).toBeUndefined()
  await session[Symbol.asyncDispose]()
})

test('a session takes its worker with it', async () => {
  const host = await start()
  const session = await openWorkerSession(host, checkpoint)
  await session[Symbol.asyncDispose]()
  expect(isAlive(host.pid)).toBe(false)
})

test('so does one that cannot be opened', async () => {
  const host = await start('refuse', 'open')
  await expect(openWorkerSession(host, checkpoint)).rejects.toMatchObject({ kind: 'refused', stage: 'open' })
  expect(isAlive(host.pid)).toBe(false)
})

test.each([
  ['fewTokens', '1 lists of tokens for 2 prompts'],
  ['shortList', '1 tokens instead of 2 for prompt 1'],
  ['unsavedTensor', 'the file does not hold 0.layers.3'],
  ['unnamedTensor', 'the answer does not name 0.top-k.ids, but the file holds it'],
  ['strangeTensor', 'tensor 2.logits belongs to no prompt'],
  ['cube', 'tensor 0.logits has shape [1, 1, 1] instead of [rows, columns]'],
  ['noFile', '.safetensors'],
  ['truncated', '.safetensors'],
])('an answer that is not what was asked for is a fault: %s', async (misdeed, message) => {
  const session = await openWorkerSession(await start(misdeed, 'observe'), checkpoint)
  const observed = session.observe(observation, signal)
  await expect(observed).rejects.toMatchObject({ name: 'WorkerFault', kind: 'protocol', stage: 'observe' })
  await expect(observed).rejects.toThrow(message)
})
