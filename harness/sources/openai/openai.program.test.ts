/** The source `openai` in its own worker, against a server with one fault at a time. */
import { createServer, type AddressInfo } from 'node:net'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { committed, parityJson } from '../../cli/parity.fixture.js'
import { packageRoot } from '../../package-root.js'
import type { ReportDocument } from '../../report/schema.js'
import type { Observation } from '../../types.js'
import { WorkerFault } from '../../workers/host.js'
import { startFaultyServer, type Fault } from './faulty-server.fixture.js'
import { serverSource } from './index.js'
import type { ServerAlias } from './server-alias.js'

const checkpoint = committed('gemma-4-e2b-tiny')
const timeouts = { startMs: 30_000, openMs: 30_000, observeMs: 30_000 }
const { signal } = new AbortController()
const request: Observation = {
  prompts: [[2, 5, 6]],
  generate: 4,
  continuation: null,
  cache: true,
  chunk: null,
  logits: 'all',
  topK: 3,
  layers: false,
}
const quick = { prompt: 'tokens', timeoutS: 1, retries: 3, pauseS: 0.05 } as const

function open(alias: ServerAlias) {
  const source = serverSource('mine', { ...quick, ...alias })
  return source.open({ id: { name: 'mine' }, checkpoint, threads: 1, options: {}, timeouts }, signal)
}

async function observe(fault: Fault, change: Partial<Observation> = {}, alias: Partial<ServerAlias> = {}) {
  await using server = await startFaultyServer(fault)
  await using session = await open({ url: server.url, ...alias })
  const trace = await session.observe({ ...request, ...change }, signal)
  return { session, trace, server }
}

/** The fault, with the port left out. */
async function failure(fault: Fault, alias: Partial<ServerAlias> = {}) {
  const error = await observe(fault, {}, alias).then(
    () => null,
    (error: unknown) => error,
  )
  if (!(error instanceof WorkerFault)) throw new Error(`no WorkerFault: ${String(error)}`)
  const { kind, stage, message, detail } = error
  const clean = message.replaceAll(/127\.0\.0\.1:\d+/g, 'SERVER')
  return { kind, stage, message: clean, hint: detail.hint, log: error.log }
}

describe('a sound server', () => {
  it('gives tokens and what they were chosen from, filled up where it gives fewer', async () => {
    const { session, trace, server } = await observe('none')
    expect(session.source.gives).toEqual(['logprobs', 'forced'])
    expect(trace.generated).toEqual([[7, 8, 9, 10]])
    expect([...(trace.tensor('0.top-k.ids')?.data ?? [])]).toEqual([7, 8, -1])
    expect([...(trace.tensor('0.top-k.values')?.data ?? [])]).toEqual([-0.25, -2, NaN])
    expect([...(trace.tensor('0.decode.top-k.ids')?.data ?? [])]).toEqual([8, 9, -1, 9, 10, -1, 10, 11, -1])
    expect(server.asked.at(-1)).toMatchObject({ model: 'tiny', prompt: [2, 5, 6], max_tokens: 4, temperature: 0 })
  })

  it('that is asked for one token gives no rows behind it, rather than nothing', async () => {
    const { trace } = await observe('none', { generate: 1 })
    expect(trace.generated).toEqual([[7]])
    const behind = ['ids', 'values'].map((part) => trace.tensor(`0.decode.top-k.${part}`))
    expect(behind).toMatchObject([
      { rows: 0, columns: 3 },
      { rows: 0, columns: 3 },
    ])
  })

  it('is given tokens one request each', async () => {
    const { trace, server } = await observe('none', { generate: 0, continuation: [[4, 9]] })
    expect(server.asked.slice(1).map(({ prompt }) => prompt)).toEqual([
      [2, 5, 6],
      [2, 5, 6, 4],
      [2, 5, 6, 4, 9],
    ])
    expect(trace.tensor('0.decode.top-k.ids')?.rows).toBe(2)
  })

  it('that stops early is asked to go on', async () => {
    const { trace, server } = await observe('stops early')
    expect(trace.generated).toEqual([[7, 7, 7, 7]])
    expect(server.asked.at(-1)?.prompt).toEqual([2, 5, 6, 7, 7, 7])
  })

  it('that allows five candidates is asked for five', async () => {
    const { server } = await observe('five at most')
    expect(server.asked.map(({ logprobs }) => logprobs).filter(Number.isInteger)).toEqual([20, 11, 10, 5, 5])
  })

  it.each(['500 twice', 'retry after 1 s'] as const)('outlives a passing fault: %s', async (fault) => {
    const { trace, server } = await observe(fault)
    expect(trace.generated).toEqual([[7, 8, 9, 10]])
    const waited = server.times[1] - server.times[0]
    expect(waited).toBeGreaterThanOrEqual(fault === '500 twice' ? 50 : 1000)
  })

  it('refuses what it cannot be asked', async () => {
    await expect(observe('none', { layers: 'all' })).rejects.toThrow('the server gives no hidden states')
    await expect(observe('none', { chunk: 2 })).rejects.toThrow('the server gives no prefill in pieces')
  })
})

const at = 'http://SERVER/v1/completions'
describe('a faulty server', () => {
  it.each<[Fault, 'open' | 'observe', string]>([
    ['always 500', 'open', `${at}: the server answers 500: out of order; tried 4 times`],
    ['retry after an hour', 'open', `${at}: the server answers 429: slow down`],
    ['hang', 'open', `${at}: no whole answer within 1 s`],
    ['trickle', 'open', `${at}: no whole answer within 1 s`],
    ['cut', 'open', `${at}: the connection failed (UND_ERR_SOCKET); tried 4 times`],
    ['no JSON', 'open', `${at}: the answer is no JSON`],
    ['unauthorised', 'open', `${at}: the server answers 401: Incorrect API key provided: none`],
    ['redirect', 'open', `${at}: redirects to http://elsewhere.invalid, which is not followed`],
    ['no log-probabilities', 'open', `${at}: the server gives no log-probabilities`],
    ['fewer log-probabilities', 'observe', `${at}: log-probabilities of 3 tokens, but 4 by usage.completion_tokens`],
    ['another prompt', 'open', `${at}: the server counts 6 tokens in a prompt of 5`],
    [
      'outside the vocabulary',
      'open',
      `${at}: the server names token 999999, but the vocabulary of this checkpoint has 512`,
    ],
    ['one too many', 'observe', 'the server gives 5 tokens instead of 4 for prompt 0'],
    ['never goes on', 'observe', 'the server gives 1 tokens instead of 4 for prompt 0'],
  ])(
    '%s',
    async (fault, stage, message) => {
      const found = await failure(fault)
      expect(found).toMatchObject({ kind: 'refused', stage, message })
      expect(found.hint).toBeTruthy()
    },
    // Far above what any takes, far below what the server would have us wait.
    60_000,
  )

  it('names the models that there are where the one asked for is not', async () => {
    expect(await failure('no such model', { model: 'large' })).toMatchObject({
      stage: 'open',
      message: `${at}: the server answers 404: The model large does not exist. (asked for model large)`,
      hint: 'It serves tiny.',
    })
  })

  it('never shows the key', async () => {
    process.env.PARITY_TEST_KEY = 'sk-secret-123'
    const found = await failure('unauthorised', { apiKey: 'PARITY_TEST_KEY' })
    delete process.env.PARITY_TEST_KEY
    expect(found.message).toBe(`${at}: the server answers 401: Incorrect API key provided: Bearer ***`)
    expect(JSON.stringify(found)).not.toContain('sk-secret')
  })

  it('gives NaN as it is, for the harness to find', async () => {
    const { trace } = await observe('NaN')
    expect(trace.tensor('0.top-k.values')?.data[0]).toBe(NaN)
    expect(trace.tensor('0.top-k.ids')?.data[0]).toBe(7)
  })

  it('that nobody listens at cannot be reached', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`
    server.close()
    await expect(open({ url })).rejects.toThrow(
      /^http:\/\/127\.0\.0\.1:\d+\/v1\/models: the connection failed \(ECONNREFUSED\); tried 4 times$/,
    )
  })

  it('that is started and ends is an error with its last words', async () => {
    const command = [process.execPath, '-e', 'console.error("no memory for it"); process.exit(7)']
    const opening = open({ url: 'http://127.0.0.1:{port}/v1', serve: { command } })
    await expect(opening).rejects.toMatchObject({
      stage: 'open',
      message: `${process.execPath} ended with exit code 7 before it was ready`,
      log: 'no memory for it',
    })
  })

  it('that is started ends with its worker, even where the host is gone amid a request', async () => {
    const command = [process.execPath, '-e', 'console.error("here"); setTimeout(() => 0, 60_000)']
    const server = { url: 'http://127.0.0.1:{port}/v1', serve: { command } }
    const worker = execa(process.execPath, [join(packageRoot, 'dist/sources/openai/worker.js')], {
      env: { PARITY_PROTOCOL_FD: '3' },
      stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
      reject: false,
    })
    const opening = { id: 1, do: 'open', checkpoint, device: 'server', dtype: 'float32', options: { server } }
    worker.stdin.write(`${JSON.stringify(opening)}\n`)
    await once(worker.stderr, 'data')
    worker.stdin.end()
    // Its stderr is the server's too, and closes when both have ended.
    const ended = worker.then(() => 'ended')
    expect(await Promise.race([ended, sleep(10_000, 'the server lives on', { ref: false })])).toBe('ended')
  })

  it('that is started and never ready is an error', async () => {
    const command = [process.execPath, '-e', 'setInterval(() => 0, 1000)']
    const opening = open({ url: 'http://127.0.0.1:{port}/v1', serve: { command, startS: 0.5 } })
    await expect(opening).rejects.toThrow(/is not ready after 0\.5 s \(.*\(ECONNREFUSED\)\)$/)
  })
})

describe('parity run on a server', () => {
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'parity-openai-'))
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))

  async function run(engine: string, sources: object, env: Record<string, string> = {}) {
    const config = { cases: join(packageRoot, 'cases'), recordings: join(packageRoot, 'references/recorded'), sources }
    await writeFile(join(folder, 'parity.config.json'), JSON.stringify(config))
    const args = ['run', '--case', 'gemma4/e2b/pruned', '--engine', engine, '--no-baseline', '--history', 'none']
    const { exitCode, document } = await parityJson<ReportDocument>(args, { cwd: folder, env })
    return { exitCode, verdict: document.verdicts[0] }
  }

  it('is an error where it gives nonsense, by its stage and sentence', async () => {
    await using server = await startFaultyServer('NaN')
    const { exitCode, verdict } = await run('mine', { mine: { url: server.url, ...quick } })
    expect([exitCode, verdict.outcome, verdict.stage, verdict.fault]).toEqual([1, 'error', 'observe', 'engine'])
    expect(verdict.reason).toMatch(/^the log-probabilities hold NaN or infinity, first at position 0 of prompt 'one'$/)
  })

  it('is an error where it always fails', async () => {
    await using server = await startFaultyServer('always 500')
    const { exitCode, verdict } = await run('mine', { mine: { url: server.url, ...quick } })
    expect([exitCode, verdict.outcome, verdict.stage]).toEqual([1, 'error', 'open'])
    expect(verdict.reason).toContain('/v1/completions: the server answers 500: out of order; tried 4 times')
  })

  it('is skipped where no server is named, and where its key is not there', async () => {
    const nobody = { PARITY_OPENAI_URL: '', OPENAI_BASE_URL: '' }
    expect((await run('openai', {}, nobody)).verdict).toMatchObject({
      outcome: 'skipped',
      reason: 'no server is named',
      hint: 'set PARITY_OPENAI_URL to its address, such as http://127.0.0.1:8000/v1',
    })
    const mine = { url: 'http://127.0.0.1:9/v1', apiKey: 'PARITY_NO_SUCH_KEY' }
    expect((await run('mine', { mine })).verdict).toMatchObject({
      outcome: 'skipped',
      reason: 'the variable PARITY_NO_SUCH_KEY holds no key',
    })
  })
})
