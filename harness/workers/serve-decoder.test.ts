import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { describe, expect, test, vi } from 'vitest'
import type { Observation } from '../types.js'
import { WorkerHost } from './host.js'
import { openWorkerSession } from './worker-session.js'

vi.setConfig({ testTimeout: 60_000 })
const program = fileURLToPath(new URL('fixtures/decoder.fixture.ts', import.meta.url))
const patience = { startMs: 30_000, openMs: 30_000, observeMs: 30_000 }
const { signal } = new AbortController()
const observation: Observation = {
  prompts: [[1, 1, 1], [2]],
  generate: 3,
  continuation: null,
  cache: true,
  chunk: null,
  logits: 'all',
  topK: null,
  layers: false,
}

async function open(change = '', request = {}) {
  const args = ['--import', 'jiti/register', program, change]
  const host = await WorkerHost.start({ file: process.execPath, args, protocolFd: 3 }, patience)
  return openWorkerSession(
    host,
    { checkpoint: 'folder', device: 'cpu', dtype: 'float64', options: {}, ...request },
    signal,
  )
}

/** Which token each row has most of. */
const best = (data: ArrayLike<number>) =>
  Array.from({ length: data.length / 5 }, (_, row) =>
    Array.from({ length: 5 }, (_, i) => data[5 * row + i]).indexOf(1.5),
  )

describe('a decoder served', () => {
  test('generates by one pass a token, in pieces or not, and says how far it is', async () => {
    await using session = await open()
    expect(session.source).toMatchObject({ name: 'counter', gives: ['logits', 'forced', 'chunks'] })
    const seen: string[] = []
    const trace = await session.observe(observation, signal, (done, total) => seen.push(`${done}/${total}`))
    expect(seen).toEqual(['3/8', '4/8', '5/8', '6/8', '7/8', '8/8'])
    // 3, then 3 + 3 = 6, then 6 + 1 = 7; and 2, 4, 8.
    expect(trace.generated).toEqual([
      [3, 1, 2],
      [2, 4, 3],
    ])
    expect(best(trace.tensor('0.logits')?.data ?? [])).toEqual([1, 2, 3])
    expect(best(trace.tensor('0.decode.logits')?.data ?? [])).toEqual([1, 2])
    const pieces = await session.observe({ ...observation, chunk: 2 }, signal)
    for (const name of ['0.logits', '0.decode.logits', '1.logits', '1.decode.logits'])
      expect(pieces.tensor(name), name).toEqual(trace.tensor(name))
  })

  test('follows given tokens, by its cache and in one pass', async () => {
    await using session = await open()
    const given = { ...observation, generate: 0, continuation: [[4], []] }
    for (const cache of [true, false]) {
      const trace = await session.observe({ ...given, cache }, signal)
      expect(best(trace.tensor('0.decode.logits')?.data ?? [])).toEqual([2])
      expect(best(trace.tensor('1.logits')?.data ?? [])).toEqual([2])
    }
  })

  test('gives the last row alone, its largest logits, and float64 as such', async () => {
    await using session = await open()
    const trace = await session.observe({ ...observation, logits: 'last', topK: 2 }, signal)
    expect([...(trace.tensor('0.top-k.ids')?.data ?? [])]).toEqual([3, 4])
    expect([...(trace.tensor('0.top-k.values')?.data ?? [])]).toEqual([1.5, 0.4])
    const sum = Math.log(Math.exp(1.5) + [0, 0.1, 0.2, 0.4].reduce((all, logit) => all + Math.exp(logit), 0))
    expect(trace.tensor('0.logsumexp')?.data[0]).toBeCloseTo(sum, 14)
  })

  test('runs the engine’s own loop where it has one, and says what it is told that it gives', async () => {
    await using own = await open('own-loop')
    expect((await own.observe(observation, signal)).generated).toEqual([
      [4, 4, 4],
      [4, 4, 4],
    ])
    await using little = await open('little')
    expect(little.source.gives).toEqual(['logits'])
  })

  test('a pass that leaves out a token is an error, and so is a device that there is not', async () => {
    await using session = await open('forgetful')
    await expect(session.observe(observation, signal)).rejects.toThrow('forward gave 2 rows of 5 logits for 3 tokens')
    await expect(open('', { device: 'gpu' })).rejects.toThrow('gpu')
    await expect(open('', { options: { refuse: true } })).rejects.toThrow('no weights')
  })

  test('frees its model', async () => {
    const requests = [
      { id: 1, do: 'open', checkpoint: 'folder', device: 'cpu', dtype: 'float64' },
      { id: 2, do: 'close' },
    ]
    const input = requests.map((request) => JSON.stringify(request)).join('\n')
    const { stderr } = await execa(process.execPath, ['--import', 'jiti/register', program], { input })
    expect(stderr).toContain('freed')
  })
})
