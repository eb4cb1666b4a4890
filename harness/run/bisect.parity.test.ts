/** That a bisection names the layer and the part of mistakes of every kind. The whole catalogue: `parity defects --bisect`. */
import { beforeAll, expect, it } from 'vitest'
import { findDefect } from '../cases/load-defects.js'
import { prepareCase } from '../cases/prepare-case.js'
import type { Plant } from '../defect.js'
import type { PreparedCase, Trace } from '../types.js'
import { isTokenizerCase } from './cells.js'
import { bisectLayers } from './bisect.js'
import { Yardsticks } from './bisect-yardstick.js'
import { locateDefect } from './locate-defect.js'
import type { RunPlan } from './plan.js'
import { makeTestPlan } from './plan.fixture.js'
import { openReference } from './reference.js'
import { shortenCase } from './shorten-case.js'

const { signal } = new AbortController()
const engine = { name: 'onnxruntime', device: 'cpu' }

let plan: RunPlan
let shared: { item: PreparedCase; truth: Trace; yardsticks: Yardsticks }
beforeAll(async () => {
  plan = await makeTestPlan({ engines: [engine], budget: { jobs: 1, memory: Infinity } })
  const found = plan.cases.find(({ id }) => id === 'gemma4/e2b/pruned')
  if (found === undefined || isTokenizerCase(found)) throw new Error('the case is gone')
  const whole = await prepareCase(found, signal, () => undefined)
  const reference = await openReference(plan, whole, signal)
  const { item, truth } = shortenCase(whole, reference.truth, 5)
  // One prompt, longer than the window, so that the oracle has one to run.
  const last = item.prompts.length - 1
  shared = {
    item: { ...item, prompts: [item.prompts[last]] },
    truth: {
      ...truth,
      generated: [truth.generated[last]],
      tensor: (name) => truth.tensor(name.replace(/^0\./, `${last}.`)),
    },
    yardsticks: new Yardsticks(plan),
  }
})

const bisect = (plant: Plant | null) => {
  const options = plant === null ? {} : { defect: plant }
  return bisectLayers({ ...shared, plan: { ...plan, options }, engine }, signal)
}

it('finds nothing in a clean engine, in all that it and the oracle show', async () => {
  const { found, curve, condition } = await bisect(null)
  expect([found, condition]).toEqual([null, 'always'])
  // 8 layers of 10 points, keys and values of the 4 that have their own, embedding, final norm and logits.
  expect(curve.length).toBe(8 * 10 + 4 * 2 + 3)
})

it.each([
  ['embedding-scale-rounded', 'embedding', 'always'],
  ['value-norm-missing', 'layers.1.attention.v', 'always'],
  ['donor-swapped', 'layers.4.attention.heads', 'always'],
  ['gate-and-up-swapped', 'layers.3.mlp.output', 'always'],
  ['per-layer-order', 'layers.3.per-layer-input.output', 'always'],
  ['layer-scalar-missing', 'layers.0', 'always'],
  ['softcap-dropped', 'logits', 'always'],
  ['position-off-when-the-window-is-full', 'layers.0.attention.q', 'cached'],
] as const)('%s: %s, %s', async (id, name, condition) => {
  const defect = await findDefect(id)
  const located = await locateDefect(defect, { ...shared, plan, engine }, signal)
  expect(located).toMatchObject({ named: { name, ...defect.where }, condition, isRight: true })
})

it('runs the engine with the options that the case has for it, as a run does', async () => {
  const { plant } = await findDefect('donor-swapped')
  const item = { ...shared.item, engines: ['onnxruntime'], options: { defect: plant } }
  const { found } = await bisectLayers({ ...shared, item, plan, engine }, signal)
  expect(found?.name).toBe('layers.4.attention.heads')
})

it('finds what shows only in a prompt that comes in pieces', async () => {
  const found = await bisect({ host: { mask: 'without-past' } })
  expect(found).toMatchObject({ found: { name: 'layers.0.attention.heads' }, condition: 'in-pieces' })
  expect(found.chunk).toBeGreaterThan(1)
})

it('names the donor of the keys and values that a layer shares', async () => {
  expect(await bisect((await findDefect('donor-swapped')).plant)).toMatchObject({
    engine: expect.stringMatching(/^onnxruntime@[\d.]+:cpu\/float32$/) as string,
    reference: expect.stringMatching(/^oracle@[\d.]+\/float64$/) as string,
    donor: 2,
  })
})
