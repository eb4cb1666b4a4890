/** What the built-in engine offers beyond a plain run: pieces, single rows, layers, top-k. Each against the same engine or the truth. */
import { describe, expect, it } from 'vitest'
import { committedCases, recordings } from '../../cases/committed-cases.fixture.js'
import { largestError } from '../../compare/metrics.js'
import { topIndices } from '../../trace/logits.js'
import { rowOf } from '../../trace/matrix.js'
import { generation } from '../../run/observations.js'
import { readRecording } from '../../trace/recording-store.js'
import type { Matrix, Observation, PreparedCase, Session, Trace } from '../../types.js'
import { onnxruntime } from './index.js'

const cases = await committedCases({ tag: ['tiny'] })
const { signal } = new AbortController()
const timeouts = { startMs: 60_000, openMs: 60_000, observeMs: 300_000 }

const caseOf = (id: string): PreparedCase => {
  const item = cases.find((candidate) => candidate.id === id)
  if (item === undefined) throw new Error(`no case ${id}`)
  return item
}
const open = (item: PreparedCase, device = 'cpu') =>
  onnxruntime.open(
    { id: { name: 'onnxruntime', device }, checkpoint: item.folder, threads: 1, options: {}, timeouts },
    signal,
  )
function difference(a: Matrix | undefined, b: Matrix | undefined): number {
  if (a === undefined || b === undefined) throw new Error('no partner')
  expect([a.rows, a.columns]).toEqual([b.rows, b.columns])
  return largestError(a.data, b.data)
}

describe.each([
  ['gemma4/e2b/pruned', 'cpu', 8],
  ['gemma4/31b', 'cpu', 12],
  ['gemma4/26b-a4b', 'cpu', 10],
  ['gemma4/e4b/pruned', 'webgpu', 9],
])('%s on %s', (id, device, window) => {
  const item = caseOf(id)
  const long = item.prompts[2].tokens
  const request = generation(item)
  const observe = async (changes: Partial<Observation>): Promise<Trace> => {
    await using session: Session = await open(item, device)
    return await session.observe({ ...request, prompts: [long], generate: 3, ...changes }, signal)
  }

  it('computes the same in chunks of any length', async () => {
    await using session: Session = await open(item, device)
    const whole = await session.observe({ ...request, prompts: [long], generate: 3 }, signal)
    for (const chunk of [1, 3, window - 1, window, window + 1]) {
      const pieces = await session.observe({ ...request, prompts: [long], generate: 3, chunk }, signal)
      expect(pieces.generated, `chunk ${chunk}`).toEqual(whole.generated)
      for (const name of ['0.logits', '0.decode.logits'])
        expect(difference(whole.tensor(name), pieces.tensor(name)), `chunk ${chunk}`).toBeLessThan(1e-3)
    }
  })

  it('gives the last row alone, and the top of it with the sum of all', async () => {
    const all = (await observe({})).tensor('0.logits')
    const last = (await observe({ logits: 'last' })).tensor('0.logits')
    if (all === undefined || last === undefined) throw new Error('no logits')
    expect(last.rows).toBe(1)
    const row = rowOf(all, all.rows - 1)
    expect(difference({ rows: 1, columns: 512, data: row }, last)).toBeLessThan(1e-4)
    const top = await observe({ logits: 'last', topK: 7 })
    expect([...(top.tensor('0.top-k.ids')?.data ?? [])]).toEqual(topIndices(row, 7))
    expect(top.tensor('0.logits')).toBeUndefined()
    const sum = [...row].reduce((total, logit) => total + Math.exp(logit), 0)
    expect(top.tensor('0.logsumexp')?.data[0]).toBeCloseTo(Math.log(sum), 3)
  })

  it('gives the hidden states behind every layer, as transformers recorded them', async () => {
    const { truth, recording } = await readRecording(recordings, item)
    expect(recording.layersOf).toBe('long')
    const trace = await observe({ generate: 1, layers: 'all' })
    let layers = 0
    for (; truth.tensor(`2.layers.${layers}`) !== undefined; layers++) {
      const expected = truth.tensor(`2.layers.${layers}`)
      const scale = Math.max(...(expected?.data ?? []).map(Math.abs))
      expect(difference(expected, trace.tensor(`0.layers.${layers}`)) / scale, `layer ${layers}`).toBeLessThan(1e-4)
    }
    expect(layers).toBeGreaterThan(5)
  })

  it('gives the layers asked for and no others', async () => {
    const trace = await observe({ generate: 1, layers: [1, 3] })
    expect([0, 1, 2, 3].map((layer) => trace.tensor(`0.layers.${layer}`) !== undefined)).toEqual([
      false,
      true,
      false,
      true,
    ])
  })

  it('keeps nothing of one prompt for the next', async () => {
    await using session: Session = await open(item, device)
    const alone = await session.observe({ ...request, prompts: [long], generate: 3 }, signal)
    const after = await session.observe({ ...request, prompts: [[5, 6, 7], long], generate: 3 }, signal)
    expect(difference(alone.tensor('0.logits'), after.tensor('1.logits'))).toBe(0)
  })
})
