import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { isAlive, listSurvivors } from './fixtures/living.fixture.js'
import { WorkerFault, WorkerHost, type WorkerLimits } from './host.js'

vi.setConfig({ testTimeout: 30_000 })
const worker = fileURLToPath(new URL('fixtures/worker.mjs', import.meta.url))
const patience = { startMs: 20_000, openMs: 20_000, observeMs: 20_000 }
const checkpoint = { checkpoint: '.', device: 'cpu', dtype: 'float32', options: {} }
const observation = {
  prompts: [[1]],
  generate: 2,
  continuation: null,
  cache: true,
  chunk: null,
  logits: 'last',
  topK: null,
  layers: false,
  save: '/dev/null',
} as const

const hosts: WorkerHost[] = []

afterEach(async () => {
  const pids = hosts.map(({ pid }) => pid)
  await Promise.all(hosts.splice(0).map((host) => host[Symbol.asyncDispose]()))
  expect(pids.filter(isAlive)).toEqual([])
})

/** A worker that does `misdeed` when it is asked to `stage`. */
async function start(misdeed: string, stage: string, limits: Partial<WorkerLimits> = {}): Promise<WorkerHost> {
  const host = await WorkerHost.start(
    { file: process.execPath, args: [worker, misdeed, stage] },
    { ...patience, ...limits },
  )
  hosts.push(host)
  return host
}

async function catchFault(promise: Promise<unknown>): Promise<WorkerFault> {
  const fault = await promise.then(
    () => null,
    (error: unknown) => error,
  )
  if (fault instanceof WorkerFault) return fault
  throw new Error(`no fault, but ${String(fault)}`)
}

function listGrandchildren(log: string): number[] {
  return [...log.matchAll(/grandchild (\d+)/g)].map(([, pid]) => Number(pid))
}

describe('a worker that behaves', () => {
  test('says hello, opens, observes with progress, and goes when asked to', async () => {
    const host = await start('none', 'never')
    expect(host.hello).toMatchObject({ source: 'fixture', version: '1.2.3', gives: ['logits'] })
    expect(await host.open(checkpoint)).toEqual({ device: 'cpu', software: false, loadMs: Infinity, adapter: null })
    const seen: number[] = []
    const answer = await host.observe(observation, undefined, (done, total) => seen.push(done / total))
    expect(answer).toMatchObject({ generated: [[0, 1]], elapsedMs: 1.5, peakBytes: null })
    expect(seen).toEqual([0.5, 1])
    await host[Symbol.asyncDispose]()
    expect(isAlive(host.pid)).toBe(false)
    expect(host.log).toContain('goes by itself')
  })

  test.runIf(process.platform === 'linux')('has its peak memory measured', async () => {
    const host = await start('none', 'never')
    await host.open(checkpoint)
    expect(host.peakBytes()).toBeGreaterThan(20e6)
    expect(host.peakBytes()).toBeLessThan(200e6)
  })

  test.runIf(process.platform === 'linux')('is what the kernel ends first where memory runs out', async () => {
    const host = await start('none', 'never')
    expect(await readFile(`/proc/${host.pid}/oom_score_adj`, 'utf8')).toBe('1000\n')
  })

  test('may work for longer than the limit if it shows progress', async () => {
    const host = await start('slow', 'open', { openMs: 400 })
    const started = Date.now()
    await host.open(checkpoint)
    expect(Date.now() - started).toBeGreaterThan(700)
  })

  test('is asked one thing at a time', async () => {
    const host = await start('hang', 'open')
    const first = catchFault(host.open(checkpoint))
    await expect(host.open(checkpoint)).rejects.toThrow('one request at a time')
    await host[Symbol.asyncDispose]()
    expect(await first).toMatchObject({ kind: 'aborted', stage: 'open' })
  })
})

describe('a worker that dies', () => {
  test('of a segmentation fault', async () => {
    const host = await start('segfault', 'observe')
    const fault = await catchFault(host.observe(observation))
    expect(fault).toMatchObject({ kind: 'exited', stage: 'observe', detail: { signal: 'SIGSEGV' } })
    expect(fault.message).toBe('the worker died of SIGSEGV while observing')
  })

  test('by exiting: the code and its last words are told, again to whoever asks later', async () => {
    const host = await start('exit', 'open')
    const fault = await catchFault(host.open(checkpoint))
    expect(fault).toMatchObject({ kind: 'exited', stage: 'open', detail: { code: 3 }, log: 'out of luck' })
    expect(await catchFault(host.observe(observation))).toMatchObject({ kind: 'exited', stage: 'observe' })
  })

  test('killed from outside in the middle of a request', async () => {
    const host = await start('block', 'observe')
    const fault = catchFault(host.observe(observation))
    await delay(100)
    process.kill(host.pid, 'SIGKILL')
    expect((await fault).message).toBe('the worker died of SIGKILL while observing')
  })

  test('between two requests: the next one tells', async () => {
    const host = await start('none', 'never')
    process.kill(host.pid, 'SIGKILL')
    await listSurvivors([host.pid])
    expect(await catchFault(host.open(checkpoint))).toMatchObject({ kind: 'exited', stage: 'open' })
  })

  test('right after its answer: the answer counts', async () => {
    const host = await start('leave', 'open')
    expect(await host.open(checkpoint)).toMatchObject({ device: 'cpu' })
    expect(await catchFault(host.observe(observation))).toMatchObject({ detail: { code: 4 } })
  })

  test('and leaves a child behind: the child goes too', async () => {
    const host = await start('orphan', 'open')
    const { log } = await catchFault(host.open(checkpoint))
    const orphans = listGrandchildren(log)
    expect(orphans).toHaveLength(1)
    expect(await listSurvivors(orphans)).toEqual([])
  })

  test('before it says hello', async () => {
    const command = { file: process.execPath, args: ['-e', 'console.error("no engine"); process.exit(5)'] }
    const fault = await catchFault(WorkerHost.start(command, patience))
    expect(fault).toMatchObject({ kind: 'exited', stage: 'start', detail: { code: 5 }, log: 'no engine' })
  })

  test('before it was born', async () => {
    const fault = await catchFault(WorkerHost.start({ file: '/no/such/program', args: [] }, patience))
    expect(fault).toMatchObject({ kind: 'spawn', stage: 'start' })
    expect(fault.message).toContain('cannot start /no/such/program')
  })
})

describe('a worker that is silent', () => {
  test.each(['hang', 'block'])('because it does %s is killed', async (misdeed) => {
    const host = await start(misdeed, 'open', { openMs: 300 })
    const fault = await catchFault(host.open(checkpoint))
    expect(fault).toMatchObject({ kind: 'timeout', stage: 'open' })
    expect(fault.message).toBe('the worker was silent for 300 ms while loading the checkpoint, and was killed')
    expect(isAlive(host.pid)).toBe(false)
  })

  test('from the start is killed', async () => {
    const command = { file: process.execPath, args: ['-e', 'setInterval(() => {}, 1000)'] }
    expect(await catchFault(WorkerHost.start(command, { ...patience, startMs: 300 }))).toMatchObject({
      kind: 'timeout',
    })
  })

  test.skipIf(process.platform === 'win32')('takes its grandchildren with it, even one of another group', async () => {
    const host = await start('grandchildren', 'open', { openMs: 1000 })
    const { log } = await catchFault(host.open(checkpoint))
    const grandchildren = listGrandchildren(log)
    expect(grandchildren).toHaveLength(2)
    expect(await listSurvivors(process.platform === 'linux' ? grandchildren : grandchildren.slice(0, 1))).toEqual([])
  })
})

describe('a worker that breaks the protocol', () => {
  test.each([
    ['garbage', 'open', 'this is not JSON: "Loading \\u001b[31mweights\\u001b[0m…"'],
    ['array', 'open', 'this is not a JSON object: "[1]"'],
    ['wrongId', 'open', 'this answers request "3" when request 2 waits: '],
    ['negativeToken', 'observe', 'generated.0.0: Too small: expected number to be >=0, in '],
    ['longLine', 'open', 'a line is longer than 67108864 bytes: "xxx'],
  ])('by %s', async (misdeed, stage, message) => {
    const host = await start(misdeed, stage)
    const fault = await catchFault(stage === 'open' ? host.open(checkpoint) : host.observe(observation))
    expect(fault).toMatchObject({ kind: 'protocol', stage })
    expect(fault.message).toContain(message)
    expect(fault.message.length).toBeLessThan(500)
    expect(isAlive(host.pid)).toBe(false)
  })

  test('by speaking another version of it', async () => {
    const command = { file: process.execPath, args: [worker, 'wrongProtocol', 'hello'] }
    const fault = await catchFault(WorkerHost.start(command, patience))
    expect(fault).toMatchObject({ kind: 'protocol', stage: 'start' })
    expect(fault.message).toContain('protocol: speaks protocol 2, but this program speaks 1')
  })
})

test('a worker that refuses lives on', async () => {
  const host = await start('refuse', 'open')
  const fault = await catchFault(host.open(checkpoint))
  expect(fault).toMatchObject({
    kind: 'refused',
    stage: 'open',
    message: 'no such tensor',
    detail: { errorCode: 'load-failed', hint: 'look again' },
    log: 'Traceback: shape',
  })
  expect(await host.observe(observation)).toMatchObject({ generated: [[0, 1]] })
})

test('100 MB of log block nothing, and the last lines are kept', async () => {
  const host = await start('flood', 'open')
  await host.open(checkpoint)
  await delay(50)
  expect(host.log.endsWith('last words')).toBe(true)
  expect(host.log.length).toBeLessThanOrEqual(64 * 1024)
  expect(host.log.split('\n').length).toBeLessThanOrEqual(200)
})

test.runIf(process.platform === 'linux').each(['eatMemory', 'feedMemory'])(
  'a worker over its memory limit by %s is killed',
  async (misdeed) => {
    const host = await start(misdeed, 'open', { memoryBytes: 400 * 2 ** 20 })
    const fault = await catchFault(host.open(checkpoint))
    expect(fault).toMatchObject({ kind: 'exited', stage: 'open', detail: { errorCode: 'memory-limit' } })
    expect(fault.message).toMatch(
      /^the worker used \d+ MiB of memory while loading the checkpoint, over its limit of 400 MiB, and was killed$/,
    )
    expect(host.peakBytes()).toBeGreaterThan(400 * 2 ** 20)
  },
)

describe('a worker that is given up', () => {
  test('in the middle of a request', async () => {
    const host = await start('block', 'observe')
    const controller = new AbortController()
    const fault = catchFault(host.observe(observation, controller.signal))
    await delay(50)
    controller.abort()
    expect(await fault).toMatchObject({ kind: 'aborted', stage: 'observe' })
    expect(isAlive(host.pid)).toBe(false)
  })

  test('before the request', async () => {
    const host = await start('none', 'never')
    expect(await catchFault(host.open(checkpoint, AbortSignal.abort()))).toMatchObject({ kind: 'aborted' })
  })

  test('is killed if it neither heeds SIGTERM nor the end of stdin', async () => {
    const host = await start('deaf', 'open')
    await host.open(checkpoint)
    await host[Symbol.asyncDispose]()
    expect(isAlive(host.pid)).toBe(false)
  })
})
