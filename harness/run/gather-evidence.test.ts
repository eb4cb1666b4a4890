import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { defaultLimits } from '../compare/limits.js'
import { wholeLogits } from '../compare/row-form.js'
import { makeTrace, prompts } from '../compare/traces.fixture.js'
import { packageRoot } from '../package-root.js'
import type { Capability, Session, Spread } from '../types.js'
import { WorkerHost } from '../workers/host.js'
import { openWorkerSession } from '../workers/worker-session.js'
import { gatherEvidence } from './gather-evidence.js'
import type { Reference } from './reference.js'

const worker = join(packageRoot, 'harness/workers/fixtures/worker.mjs')
const spread: Spread = { dtype: 'float32', rms: 1e-5, max: 4e-5, origin: 'recorded' }
const trace = makeTrace()

let folder: string
let session: Session
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'parity-'))
})
afterEach(async () => {
  await session[Symbol.asyncDispose]()
  await rm(folder, { recursive: true })
})

/** A worker that does something wrong when it is asked for hidden states, and whatever else a verdict needs. */
async function gather(misdeed: string, gives: readonly Capability[], noise: readonly number[] | null = [1e-6]) {
  const patience = { startMs: 20_000, openMs: 20_000, observeMs: 20_000 }
  const host = await WorkerHost.start({ file: process.execPath, args: [worker, misdeed, 'observe'] }, patience)
  session = await openWorkerSession(host, { checkpoint: folder, device: 'cpu', dtype: 'float32', options: {} })
  const giving: Session = {
    source: { ...session.source, gives },
    observe: (request, signal) => session.observe(request, signal),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  }
  const reference: Reference = {
    name: 'recorded',
    truth: trace,
    reservation: null,
    layers: { prompt: 'one', noise: () => noise },
    spread: () => Promise.resolve(spread),
    under: () => Promise.resolve(trace),
  }
  const item = { id: 'mine/a', folder, prompts, generate: 3 }
  const measure = { prompts, limits: defaultLimits, spread }
  const traces = { form: wholeLogits, own: trace, forced: null, uncached: null }
  return gatherEvidence(giving, item, reference, traces, measure, new AbortController().signal)
}

describe('hidden states', () => {
  it.each([
    ['refuse', 'the hidden states behind each layer: no such tensor'],
    ['segfault', 'the hidden states behind each layer: the worker died of SIGSEGV while observing'],
  ])('that an engine fails to give cost their figure and nothing else: %s', async (misdeed, line) => {
    const { evidence, notCompared } = await gather(misdeed, ['logits', 'layers'])
    expect(notCompared).toEqual([line])
    expect(evidence.layers).toBe(null)
    expect(evidence.prompts.map(({ steps }) => steps.length)).toEqual([3, 3])
  })

  it('that an engine forgot are said to be missing', async () => {
    const { evidence, notCompared } = await gather('leave', ['logits', 'layers'])
    expect(notCompared).toEqual(['the hidden states behind each layer: the engine gave none'])
    expect(evidence.layers).toBe(null)
  })

  it('are not asked for where the engine does not give them, or their noise is unknown', async () => {
    const without = await gather('segfault', ['logits'])
    expect([without.evidence.layers, without.notCompared]).toEqual([null, []])
    await session[Symbol.asyncDispose]()
    const unknown = await gather('segfault', ['logits', 'layers'], null)
    expect([unknown.evidence.layers, unknown.notCompared]).toEqual([null, []])
  })
})

describe('texts', () => {
  it.each([
    ['there is no tokenizer', null],
    ['the tokenizer is broken', '{"model": 5}'],
  ])('are none where %s', async (_, tokenizer) => {
    if (tokenizer !== null) await writeFile(join(folder, 'tokenizer.json'), tokenizer)
    expect((await gather('segfault', ['logits'])).evidence.texts).toEqual({})
  })
})
