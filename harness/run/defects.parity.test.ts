/** That mistakes are found: some of every kind, planted on cpu. The whole catalogue: `parity defects`. */
import { expect, it } from 'vitest'
import { findDefect } from '../cases/load-defects.js'
import { parseSourceId } from '../source-id.js'
import { makeTestPlan } from './plan.fixture.js'
import { plantDefects, type PlantPlan } from './plant-defects.js'

const engine = parseSourceId('onnxruntime:cpu')
const { signal } = new AbortController()

async function plan(ids: readonly string[]): Promise<PlantPlan> {
  const run = await makeTestPlan({ engines: [engine] })
  return { run, engine, defects: await Promise.all(ids.map((id) => findDefect(id))), generate: null }
}

const found = [
  // attention
  ...['window-minus-one', 'window-ignored-on-shared-layers', 'donor-of-the-wrong-type', 'value-is-rotated-key'],
  // positions
  ...['rotary-interleaved', 'position-off-when-the-window-is-full'],
  // the smallest effects of all
  ...['norm-epsilon', 'gelu-erf-in-one-layer', 'per-layer-gelu-erf'],
  ...['per-layer-order', 'layer-scalar-missing-in-one-layer'],
  ...['router-in-4-bits', 'experts-swapped', 'expert-without-a-number'],
  // weights
  ...['stale-norm', 'lora-missing-in-one-layer', 'abliteration-undone-in-one-layer', 'layer-in-float16'],
  // the program around the model
  ...['first-token-dropped', 'cache-not-reset', 'pieces-without-past'],
  ...['softcap-twice', 'embedding-scale-rounded'],
]

it(
  `finds ${found.length} mistakes of every kind, each by the measure of its effect`,
  { timeout: 120_000 },
  async () => {
    const planted = await plantDefects(await plan(found), signal)
    expect(planted.filter(({ isCaught }) => !isCaught).map(({ defect }) => defect.id)).toEqual([])
    expect(planted.map(({ defect }) => defect.id)).toEqual([...found].sort())
    for (const { defect, effect, excess, due } of planted) {
      expect(effect, defect.id).toBeGreaterThan(due)
      // What the verdict measures is what the mistake does, but for the error that the engine has anyway.
      if (excess !== null) expect(Math.abs(excess - (effect ?? 0)), defect.id).toBeLessThan(2)
    }
    const outcomes = Object.fromEntries(planted.map(({ defect, outcome }) => [defect.id, outcome]))
    expect(outcomes).toMatchObject({ 'expert-without-a-number': 'error', 'norm-epsilon': 'fail' })
    // One pass without a cache knows nothing of the last prompt, so that the engine contradicts itself.
    expect(planted.find(({ defect }) => defect.id === 'cache-not-reset')?.by).toContain('cache')
  },
)

it('fails nothing where a mistake changes nothing', async () => {
  const [planted] = await plantDefects(await plan(['router-softmax-after-top-k']), signal)
  expect(planted).toMatchObject({ outcome: 'pass', isCaught: false, by: [] })
  expect(planted.effect).toBeGreaterThan(0)
  expect(planted.effect).toBeLessThan(1)
})

it('misses a mistake that changes nothing and does not say why, and one that could not be planted', async () => {
  const whole = await plan(['router-softmax-after-top-k', 'softcap-dropped'])
  const [silent, ...rest] = whole.defects
  const unopened = rest.map((defect) => ({ ...defect, plant: { graph: [{ at: '*/mlp/Gelu', op: 'NoSuchOperator' }] } }))
  const planted = await plantDefects(
    { ...whole, defects: [silent, { ...silent, unseen: undefined }, ...unopened] },
    signal,
  )
  expect(planted.map(({ outcome, isMissed }) => [outcome, isMissed]).sort()).toEqual([
    ['pass', false],
    ['pass', true],
    ['skipped', true],
  ])
})

it('plants on fewer generated tokens, against as much of the recording', async () => {
  const whole = await plan(['softcap-dropped'])
  const [planted] = await plantDefects({ ...whole, generate: 2 }, signal)
  expect(planted.isCaught).toBe(true)
})

it('refuses a defect whose case does not exist, and one that the case’s model has no place for', async () => {
  const { defects, ...rest } = await plan(['softcap-dropped', 'router-scale-missing'])
  const on = (i: number, caseId: string) =>
    plantDefects({ ...rest, defects: [{ ...defects[i], on: [caseId] }] }, signal)
  await expect(on(0, 'gemma4/none')).rejects.toThrow('there is no case gemma4/none to plant a defect on')
  await expect(on(1, 'gemma4/e2b/pruned')).rejects.toThrow(
    "gemma4/e2b/pruned: a defect cannot be planted: the graph of this model has no nodes '*/router/scale/Mul'",
  )
})
