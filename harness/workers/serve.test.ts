import { mkdtempSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { describe, expect, test, vi } from 'vitest'
import { isAlive, listSurvivors } from './fixtures/living.fixture.js'
import { WorkerHost } from './host.js'
import { openWorkerSession } from './worker-session.js'

vi.setConfig({ testTimeout: 60_000 })
const program = fileURLToPath(new URL('fixtures/serve.fixture.ts', import.meta.url))
const args = ['--import', 'jiti/register', program]
const patience = { startMs: 30_000, openMs: 30_000, observeMs: 30_000 }
const open = { checkpoint: 'folder', device: 'cpu', dtype: 'float64', options: {} }
const observation = {
  prompts: [[1, 0], [3]],
  generate: 3,
  continuation: null,
  cache: true,
  chunk: null,
  logits: 'last',
  topK: null,
  layers: false,
} as const

const start = () => WorkerHost.start({ file: process.execPath, args, protocolFd: 3 }, patience)

/** What the worker answers to `requests` when a shell pipes them in. */
async function pipe(...requests: (object | string)[]) {
  const input = requests.map((request) => (typeof request === 'string' ? request : JSON.stringify(request))).join('\n')
  const { stdout, stderr, exitCode } = await execa(process.execPath, args, { input })
  return { answers: stdout.split('\n').map((line) => JSON.parse(line) as unknown), stderr, exitCode }
}

describe('a worker served to a host', () => {
  test('runs a session, whatever its library prints and wherever', async () => {
    const session = await openWorkerSession(await start(), { ...open, options: { native: true } })
    expect(session.source).toEqual({
      name: 'served',
      version: '0.1',
      device: 'cpu',
      dtype: 'float64',
      adapter: 'none',
      software: true,
      gives: ['logits'],
      versions: { library: '2' },
    })
    const seen: string[] = []
    const trace = await session.observe(observation, new AbortController().signal, (done, total) => {
      seen.push(`${String(done)}/${String(total)}`)
    })
    expect(seen).toEqual(['1/3', '2/3', '3/3'])
    expect(trace.generated).toEqual([
      [7, 7, 7],
      [7, 7, 7],
    ])
    expect(trace.tensor('0.logits')).toEqual({ rows: 1, columns: 2, data: Float64Array.of(1, NaN) })
    expect(trace.tensor('1.logits')?.data).toEqual(Float64Array.of(3))
    expect(trace.peakBytes).toBeGreaterThan(20e6)
    await session[Symbol.asyncDispose]()
  })

  test('keeps what it and its native libraries print as its log, and closes', async () => {
    const host = await start()
    await host.open({ ...open, options: { native: true } })
    await host[Symbol.asyncDispose]()
    expect(host.log).toContain('opening folder')
    expect(host.log).toMatch(/native noise[^]*closing|closing[^]*native noise/)
  })

  test('tells a refusal with its code and its hint, and lives on', async () => {
    const host = await start()
    await expect(host.open({ ...open, options: { refuse: true } })).rejects.toMatchObject({
      kind: 'refused',
      stage: 'open',
      message: 'layer 7 lacks k_proj',
      detail: { errorCode: 'PARITY_LAYOUT', hint: 'use another file' },
    })
    await expect(host.observe({ ...observation, save: '/dev/null' })).rejects.toMatchObject({
      kind: 'refused',
      detail: { errorCode: 'not-open' },
    })
    const crash = host.open({ ...open, options: { throw: true } })
    await expect(crash).rejects.toMatchObject({
      message: 'TypeError: not a function',
      detail: { errorCode: 'load-failed' },
    })
    await expect(crash).rejects.toHaveProperty('log', expect.stringContaining('serve.fixture.ts'))
    expect(await host.open(open)).toMatchObject({ device: 'cpu' })
    await host[Symbol.asyncDispose]()
  })

  test('leaves nothing behind', async () => {
    // A folder of its own: others make theirs in the common one at the same time.
    const temporary = mkdtempSync(join(tmpdir(), 'serve-test-'))
    vi.stubEnv('TMPDIR', temporary)
    const host = await start()
    const session = await openWorkerSession(host, open)
    await session.observe(observation, new AbortController().signal)
    await session[Symbol.asyncDispose]()
    expect(await listSurvivors([host.pid])).toEqual([])
    vi.unstubAllEnvs()
    expect((await readdir(temporary)).filter((name) => name.startsWith('parity-'))).toEqual([])
  })

  test('exits when its host is gone, even in the middle of a request', async () => {
    const worker = execa(process.execPath, args, {
      stdio: ['pipe', 'ignore', 'ignore', 'pipe'],
      env: { PARITY_PROTOCOL_FD: '3' },
      buffer: false,
      reject: false,
    })
    const save = join(mkdtempSync(join(tmpdir(), 'serve-test-')), 'x.safetensors')
    worker.stdin.write(`${JSON.stringify({ id: 1, do: 'open', ...open })}\n`)
    worker.stdin.write(`${JSON.stringify({ id: 2, do: 'observe', ...observation, generate: 1e6, save })}\n`)
    await new Promise((resolve) => worker.stdio[3].once('data', resolve))
    expect(isAlive(worker.pid ?? 0)).toBe(true)
    worker.stdin.end()
    expect(await worker).toMatchObject({ exitCode: 0 })
  })
})

describe('a worker served to a shell', () => {
  test('answers all that was piped in, on stdout, and nothing else', async () => {
    const { answers, stderr, exitCode } = await pipe({ id: 1, do: 'hello' }, '', { id: 2, do: 'open', ...open })
    expect(answers).toEqual([
      {
        id: 1,
        protocol: 1,
        source: 'served',
        version: '0.1',
        devices: ['cpu'],
        dtypes: ['float64'],
        gives: ['logits'],
        versions: { library: '2' },
      },
      { id: 2, device: 'cpu', software: true, adapter: 'none', loadMs: expect.any(Number) as number },
    ])
    expect(stderr).toContain('opening folder')
    expect(stderr).toContain('closing')
    expect(exitCode).toBe(0)
  })

  test('refuses requests that the protocol does not know', async () => {
    const { answers } = await pipe(
      '{',
      '[]',
      { id: 3, do: 'dance' },
      { id: 4, do: 'observe', prompts: [[]], save: 'x' },
    )
    expect(answers).toMatchObject([
      { id: null, error: { code: 'bad-request', stage: null } },
      { id: null, error: { code: 'bad-request' } },
      { id: 3, error: { code: 'bad-request' } },
      { id: 4, error: { code: 'bad-request', message: expect.stringContaining('prompts.0') as string } },
    ])
  })
})
