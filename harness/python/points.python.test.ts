/** What is inside of the layers: transformers and the oracle, in float64, at every point that both show. */
import { beforeAll, describe, expect, it } from 'vitest'
import { committed, parity, parityJson } from '../cli/parity.fixture.js'
import { largestError } from '../compare/metrics.js'
import { listPoints } from '../points.js'
import { withSession } from '../run/with-session.js'
import { makeSources } from '../sources/index.js'
import type { Matrix, Trace } from '../types.js'

const prompt = [2, 195, 388, 72, 265, 31, 404, 77, 150, 12, 9, 260]
const rest = [5, 61, 333]
const { signal } = new AbortController()
const timeouts = { startMs: 300_000, openMs: 300_000, observeMs: 300_000 }

beforeAll(async () => {
  const { exitCode, stderr } = await parity(['doctor', '--install', 'transformers'])
  expect(exitCode, stderr).toBe(0)
})

async function look(name: string, checkpoint: string, cache: boolean): Promise<Trace> {
  const id = { name, dtype: 'float64' }
  const session = await makeSources()
    .find(id)
    .open({ id, checkpoint: committed(checkpoint), threads: 2, options: {}, timeouts }, signal)
  const asked = { generate: 0, chunk: null, logits: 'all', topK: null, layers: 'all', parts: true } as const
  return withSession(session, (opened) =>
    opened.observe({ ...asked, prompts: [prompt], continuation: [rest], cache }, signal),
  )
}

/** The largest difference of two matrices, relative to the largest value. */
function difference(left: Matrix, right: Matrix | undefined): number {
  if (left.rows !== right?.rows || left.columns !== right.columns) return Infinity
  return largestError(left.data, right.data) / largestError(left.data, new Float64Array(left.data.length))
}

describe.each([
  ['gemma-4-e2b-tiny', 'per-layer inputs and shared keys and values'],
  ['gemma-4-31b-tiny', 'neither'],
  ['gemma-4-26b-a4b-tiny', 'a mixture of experts'],
])('%s: %s', (checkpoint) => {
  it('agrees with the oracle to rounding, in the prompt and behind it', async () => {
    const [oracle, transformers, uncached] = await Promise.all([
      look('oracle', checkpoint, true),
      look('transformers', checkpoint, true),
      look('transformers', checkpoint, false),
    ])
    const names = listPoints(8).flatMap(({ name }) => [`0.${name}`, `0.decode.${name}`])
    const shown = names.filter((name) => oracle.tensor(name) !== undefined)
    expect(shown.length).toBeGreaterThan(100)
    const hidden = shown.filter((name) => transformers.tensor(name) === undefined)
    // Rotated queries and keys are the output of no module.
    expect(hidden).toEqual(shown.filter((name) => /\.attention\.[qk]$/.test(name)))
    for (const name of shown.filter((name) => !hidden.includes(name))) {
      const truth = oracle.tensor(name)
      if (truth === undefined) throw new Error(`there is no ${name}`)
      expect(difference(truth, transformers.tensor(name)), name).toBeLessThan(1e-12)
      expect(difference(truth, uncached.tensor(name)), `${name}, uncached`).toBeLessThan(1e-12)
    }
  })
})

it('is the reference of a bisection inside of a layer', async () => {
  const args = ['bisect', '--case', 'gemma4/e2b/pruned', '--engine', 'onnxruntime:cpu', '--reference', 'transformers']
  const { exitCode, document } = await parityJson([...args, '--defect', 'gate-and-up-swapped'])
  expect(exitCode).toBe(1)
  expect(document).toMatchObject({
    reference: 'transformers@5.23.0/float64',
    found: { name: 'layers.3.mlp.output', layer: 3, part: 'mlp' },
    condition: 'always',
  })
})

it('is an engine whose layers are looked into, and is clean in bfloat16', async () => {
  const args = ['bisect', '--case', 'gemma4/e2b/pruned', '--engine', 'transformers/bfloat16']
  const { exitCode, stderr, document } = await parityJson<{ curve: { name: string }[] }>(args)
  expect(exitCode, stderr).toBe(0)
  expect(document).toMatchObject({ engine: 'transformers@5.23.0:cpu/bfloat16', found: null })
  expect(document.curve.map(({ name }) => name)).toContain('layers.3.mlp.output')
})
