import { fileURLToPath } from 'node:url'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { packageRoot } from '../../package-root.js'
import { checkWorker, type CheckResult } from './check-worker.js'

const faulty = fileURLToPath(new URL('fixtures/faulty.mjs', import.meta.url))
const options = {
  checkpoint: join(packageRoot, 'cases/checkpoints/gemma-4-e2b-tiny'),
  device: null,
  dtype: null,
  silenceMs: 3000,
}

async function examine(...args: readonly string[]): Promise<readonly CheckResult[]> {
  return (await checkWorker({ file: process.execPath, args: [faulty, ...args] }, options)).checks
}

/** The checks that did not pass, and what they say. */
const complaints = (checks: readonly CheckResult[]) =>
  Object.fromEntries(checks.filter(({ outcome }) => outcome !== 'ok').map(({ name, detail }) => [name, detail]))

/** All that need an observation. */
const observed = [
  'tensor-file',
  'logits-last',
  'logits-all',
  'generate',
  'continuation',
  'uncached',
  'chunk',
  'top-k',
  'layers',
  'parts',
]

describe('a worker by the book', () => {
  it('passes every check, each said in a sentence', async () => {
    const checks = await examine()
    expect(checks.map(({ name, outcome, detail }) => `${outcome} ${name}: ${detail}`)).toMatchInlineSnapshot(`
      [
        "ok hello: faulty 1.0: cpu; float32; gives logits, layers, parts, forced, chunks",
        "ok unknown-request: answers with bad-request and lives on",
        "ok missing-checkpoint: answers with load-failed and lives on",
        "ok unknown-dtype: answers with load-failed and lives on",
        "ok open: on cpu, in float32",
        "ok tensor-file: the file holds the 4 tensors that the answer names",
        "ok logits-last: one row of 512 a prompt",
        "ok logits-all: a row a position; the last one and "logits":"last" are equal",
        "ok generate: exactly 4 tokens a prompt, each of the largest logit",
        "ok continuation: the forced tokens and its own generation are equal",
        "ok uncached: one uncached pass and the cached one are equal",
        "ok chunk: a prefill in pieces of 2 and one in a single piece are equal",
        "ok top-k: ids, values and logsumexp are those of all 512 logits",
        "ok layers: hidden states behind 8 layers, all and single ones",
        "ok parts: 18 points of the 90 that the model has, in the prompt and behind it",
        "ok progress: 24 messages",
        "ok non-finite: no bare NaN or infinity on any line",
        "ok close: and opens again",
        "ok stdin-end: ends when its stdin does",
        "ok stdout: nothing but messages",
      ]
    `)
  })

  it('is not judged by what it does not give', async () => {
    const checks = await examine('gives-little')
    expect(checks.filter(({ outcome }) => outcome !== 'ok')).toEqual([
      { name: 'continuation', outcome: 'not offered', detail: 'its hello does not give forced' },
      { name: 'uncached', outcome: 'not offered', detail: 'its hello does not give forced' },
      { name: 'chunk', outcome: 'not offered', detail: 'its hello does not give chunks' },
      { name: 'layers', outcome: 'not offered', detail: 'its hello does not give layers' },
      { name: 'parts', outcome: 'not offered', detail: 'its hello does not give layers, parts' },
    ])
  })

  it('need not reduce rows to their largest logits, if it says so', async () => {
    const checks = await examine('no-top-k')
    expect(checks.filter(({ outcome }) => outcome !== 'ok')).toEqual([
      { name: 'top-k', outcome: 'not offered', detail: 'it does not support it, and always gives whole rows' },
    ])
  })

  it('need not send progress', async () => {
    const [only, ...rest] = (await examine('no-progress')).filter(({ outcome }) => outcome !== 'ok')
    expect(rest).toEqual([])
    expect(only).toEqual({
      name: 'progress',
      outcome: 'not offered',
      detail: 'it sends none, so that a long observation looks like silence',
    })
  })
})

describe('a worker that gives log-probabilities', () => {
  it.each(['logprobs', 'logprobs-padded'])('passes what is asked of one: %s', async (kind) => {
    const checks = await examine(kind)
    expect(checks.filter(({ outcome }) => outcome === 'failed')).toEqual([])
    expect(checks.filter(({ name }) => name.startsWith('logprobs'))).toEqual([
      {
        name: 'logprobs',
        outcome: 'ok',
        detail: 'falling log-probabilities of up to 5 tokens a row, the first of which is generated',
      },
      { name: 'logprobs-last', outcome: 'ok', detail: 'one row a prompt' },
    ])
    expect(checks.find(({ name }) => name === 'logits-all')?.detail).toBe('its hello does not give logits')
  })

  it.each([
    ['logprobs-raw', /^row 0 of 0\.top-k\.values is not normalised: its probabilities add up to \d/],
    ['logprobs-rising', 'row 0 of 0.top-k.values does not fall'],
    ['logprobs-twice', 'row 0 of 0.top-k.values names a token twice'],
    ['logprobs-outside', 'row 0 of 0.top-k.values names token 512, which is outside the vocabulary of 512'],
    ['logprobs-holey', 'row 0 of 0.top-k.values is not filled up at its end, with token −1 and NaN'],
    ['logprobs-everywhere', '0.top-k.ids is [5, 5], not [1, up to 5]'],
    ['logprobs-not-greedy', /^step 1 of prompt 0 gives token \d+, but its most likely one is \d+$/],
  ])('fails %s', async (kind, sentence) => {
    const { logprobs } = complaints(await examine(kind))
    expect(logprobs).toMatch(sentence)
  })
})

describe('a fault is found by the check that looks for it, and by no other', () => {
  it.each([
    ['protocol-2', 'hello'],
    ['no-devices', 'hello'],
    ['silent', 'hello'],
    ['dies-of-the-unknown', 'unknown-request'],
    ['accepts-the-unknown', 'unknown-request'],
    ['dies-of-no-checkpoint', 'missing-checkpoint'],
    ['any-dtype', 'unknown-dtype'],
    ['other-device', 'open'],
    ['not-greedy', 'generate'],
    ['dropped-cache', 'continuation'],
    ['wrong-uncached', 'uncached'],
    ['chunk-reset', 'chunk'],
    ['fails-top-k', 'top-k'],
    ['rising-top-k', 'top-k'],
    ['wrong-sum', 'top-k'],
    ['narrow-layers', 'layers'],
    ['nothing-inside', 'parts'],
    ['unknown-part', 'parts'],
    ['narrow-part', 'parts'],
    ['part-of-few-rows', 'parts'],
    ['part-without-a-number', 'parts'],
    ['parts-of-the-prompt', 'parts'],
    ['parts-of-all-layers', 'parts'],
    ['bare-nan', 'non-finite'],
    ['beyond-total', 'progress'],
    ['wrong-id', 'close'],
    ['deaf', 'stdin-end'],
    ['stray-line', 'stdout'],
  ])('%s: %s', async (fault, name) => {
    const found = complaints(await examine(fault))
    expect({ fault, found: Object.keys(found) }).toEqual({ fault, found: [name] })
  })

  it.each([
    ['error-without-code', ['missing-checkpoint', 'unknown-dtype']],
    ['ignores-last', ['logits-last', 'logits-all']],
    ['all-layers', ['layers', 'parts']],
    // What is held against its own generation falls with it.
    ['too-few', ['generate', 'continuation', 'uncached']],
    ['few-rows', ['logits-all', 'generate', 'continuation', 'uncached', 'chunk', 'top-k']],
    ['unnamed-tensor', observed],
  ])('%s: the first of several', async (fault, names) => {
    expect(Object.keys(complaints(await examine(fault)))).toEqual(names)
  })
})

it('a program that cannot be started is no finding', async () => {
  const missing = checkWorker({ file: 'no-such-program', args: [] }, options)
  await expect(missing).rejects.toThrow(/^cannot start no-such-program/)
})
