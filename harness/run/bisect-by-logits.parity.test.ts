/** The built-in engine with a defect, which shows nothing but its logits: what the bisection makes of these. */
import { describe, expect, it } from 'vitest'
import { findDefect, loadDefects } from '../cases/load-defects.js'
import { prepareCase } from '../cases/prepare-case.js'
import { defaultLimits } from '../compare/limits.js'
import { spreadIn } from '../compare/spread.js'
import type { Defect } from '../defect.js'
import { EngineProcesses } from '../sources/onnxruntime/processes.js'
import type { Trace } from '../types.js'
import { byWhatIsLeft, plantHypothesis, weighHypothesis } from './bisect-by-hypothesis.js'
import { bisectByLogits } from './bisect-by-logits.js'
import { narrowCase } from './narrow-case.js'
import { blindSources, dimForm, keepLikeliest, withNoise } from './only-logits.fixture.js'
import type { RunPlan } from './plan.js'
import { makeTestPlan } from './plan.fixture.js'
import { randomNumbers } from './random-prompts.js'
import { openReference } from './reference.js'
import type { SeenEngine } from './see-engine.js'
import { workWithin } from './work-within.js'

const { signal } = new AbortController()

const planFor = (planted: Defect | null): Promise<RunPlan> =>
  makeTestPlan({ sources: blindSources(planted?.plant ?? null) })

async function prepare(plan: RunPlan, caseId: string) {
  const found = plan.cases.find(({ id }) => id === caseId)
  if (found === undefined || 'tokenizer' in found) throw new Error(`no case ${caseId}`)
  return prepareCase(found, signal, () => undefined)
}

async function bisect(id: string | null, caseId: string, engine: 'blind' | 'dim', among: readonly string[] | null) {
  const planted = id === null ? null : await findDefect(id)
  const plan = await planFor(planted)
  const item = await prepare(plan, caseId)
  const defects = among && (await Promise.all(among.map((one) => findDefect(one))))
  return bisectByLogits({ plan, item, engine: { name: engine }, byPrompt: true, defects }, signal)
}

describe('the shortest failing prompt', () => {
  it.each([
    ['window-plus-one', 'blind', 'prefix', 9, 'one more than the sliding window of 8'],
    ['cache-truncated', 'blind', 'prefix', 17, 'one more than 16'],
    ['rotary-base-of-sliding-layers', 'blind', 'prefix', 2, 'the first position that is turned by an angle'],
    // Of a prompt this engine shows the last position only.
    ['window-plus-one', 'dim', 'prefix', 9, 'one more than the sliding window of 8'],
  ] as const)('%s on %s', async (id, engine, kind, length, relation) => {
    const { failure } = await bisect(id, 'gemma4/e2b/pruned', engine, null)
    expect(failure?.byPrompt).toMatchObject({ kind, length })
    expect(failure?.byPrompt?.relations.join('; ')).toContain(relation)
    expect(failure?.byPrompt?.shorter).toBeLessThan(defaultLimits.rmsExcess)
    const runs = failure?.byPrompt?.runs.map(({ tokens, fails }) => [tokens, fails])
    expect(runs).toContainEqual([length, true])
    expect(runs).toContainEqual([length - 1, false])
  })

  it('says that no prompt fails where only decoding does', async () => {
    const { failure } = await bisect('position-ahead-when-decoding', 'gemma4/31b', 'blind', null)
    const { byPrompt, prompt } = failure ?? {}
    expect(byPrompt).toMatchObject({ kind: 'generating', otherPass: { fails: false } })
    expect(byPrompt?.length).toBe((byPrompt?.promptTokens ?? 0) + 1)
    expect(prompt).toBe(byPrompt?.prompt)
  })

  it('finds that what comes later matters', async () => {
    const { failure } = await bisect('not-causal', 'gemma4/e2b/pruned', 'blind', null)
    expect(failure?.byPrompt).toMatchObject({ kind: 'later-tokens', length: 2 })
  })

  it('finds that what came before matters', async () => {
    const { failure } = await bisect('cache-not-reset', 'gemma4/e4b/pruned', 'blind', ['cache-not-reset', 'not-causal'])
    expect(failure?.behind.length).toBeGreaterThan(0)
    expect(failure?.byPrompt).toBeNull()
    expect(failure?.byHypothesis?.hypotheses[0]).toMatchObject({ defect: { id: 'cache-not-reset' }, explains: true })
  })
})

describe('the hypothesis that explains it', () => {
  it.each([
    ['window-plus-one', 'blind'],
    ['donor-swapped', 'blind'],
    ['per-layer-order', 'blind'],
    ['softcap-twice', 'blind'],
    ['norm-plus-one-in-one-place', 'blind'],
    ['gelu-erf', 'dim'],
  ] as const)('%s on %s', async (id, engine) => {
    const others = ['window-minus-one', 'softcap-dropped', 'router-scale-missing', 'stale-norm']
    const { failure } = await bisect(id, 'gemma4/e2b/pruned', engine, [...others, id])
    const { hypotheses = [], inapplicable } = failure?.byHypothesis ?? {}
    expect(hypotheses[0]).toMatchObject({ defect: { id }, explains: true })
    expect(hypotheses[0].leaves).toBeLessThan(0.001)
    expect(hypotheses.filter(({ explains }) => explains)).toHaveLength(1)
    expect(hypotheses).toHaveLength(3)
    expect(inapplicable?.map((one) => one.id)).toEqual(['router-scale-missing', 'stale-norm'])
  })

  it('says so where there is none, and where nothing is wrong', async () => {
    const unknown = await bisect('donor-off-by-one', 'gemma4/e2b/pruned', 'blind', ['softcap-twice', 'gelu-erf'])
    expect(unknown.failure?.byHypothesis?.hypotheses.every(({ leaves }) => leaves > 0.9)).toBe(true)
    expect(await bisect(null, 'gemma4/e2b/pruned', 'blind', ['gelu-erf'])).toMatchObject({ failure: null })
    expect(await bisect(null, 'gemma4/e2b/pruned', 'dim', ['gelu-erf'])).toMatchObject({ failure: null })
  })
})

/**
 * Every defect of one case as the engine's, shown as log-probabilities of 20 tokens behind the prompt alone, with noise of
 * the size of the spread on the logits, as another implementation has: is it named, among the whole catalogue?
 */
it('names the defect among the whole catalogue, by log-probabilities and through noise', async () => {
  const plan = await planFor(null)
  const whole = await prepare(plan, 'gemma4/e2b/pruned')
  const reference = await openReference(plan, whole, signal)
  const spread = await reference.spread('float32', signal)
  const { item, truth } = narrowCase(whole, reference.truth, 2)
  const see = (trace: Trace): SeenEngine => {
    const own = { ...keepLikeliest(trace), generated: truth.generated }
    const traces = { form: dimForm, own, forced: null, uncached: null }
    return { item, truth, spread: spreadIn(dimForm, spread), traces, name: 'dim' }
  }
  const planted = new Map<Defect, Trace>()
  const all = (await loadDefects()).filter(
    ({ plant, on }) => on.includes(item.id) || plant.tensors?.every(({ from }) => from === undefined) !== false,
  )
  await using processes = new EngineProcesses()
  await workWithin(
    plan.budget,
    all.map((defect) => ({ item: defect, memory: 0 })),
    async (defect) => {
      const trace = await plantHypothesis(processes, plan, see(truth), 'cached', defect, signal)
      if (typeof trace !== 'string') planted.set(defect, trace)
    },
  )
  const random = randomNumbers(7)
  const ranks = [...planted]
    .filter(([{ on, unseen }]) => on.includes(item.id) && unseen === undefined)
    .map(([defect, trace]) => {
      const seen = see(withNoise(trace, spread.rms, random))
      const ranked = [...planted]
        .map(([other, one]) => weighHypothesis(plan, seen, 'cached', other, one))
        .sort(byWhatIsLeft)
      const own = ranked.find((one) => one.defect === defect)
      // Some are the same computation here: behind a prompt longer than the window, all of decoding is at a full window.
      return { id: defect.id, explains: own?.explains, behind: (own?.excess ?? NaN) - ranked[0].excess }
    })
  expect(ranks.length).toBeGreaterThanOrEqual(30)
  expect(ranks.filter(({ explains, behind }) => explains !== true || behind !== 0)).toEqual([])
})
