/** Where an engine's error starts: layer, part and position. */
import { openCheckpoint } from '../checkpoint/checkpoint.js'
import { measureLogits } from '../compare/metrics.js'
import { findFirstJump, measurePoints, type PointError } from '../compare/find-first-jump.js'
import { pairRows } from '../compare/rows.js'
import { listPoints } from '../points.js'
import type { Observation, PreparedCase, Session, SourceId, Trace } from '../types.js'
import { underTokens } from './observations.js'
import type { RunPlan } from './plan.js'
import { openReference } from './reference.js'
import type { Yardsticks } from './bisect-yardstick.js'
import { withSession } from './with-session.js'

/** When the error shows. */
export type Condition = 'always' | 'cached' | 'after-another-prompt'

export interface Bisection {
  readonly caseId: string
  readonly engine: string
  readonly reference: string
  /** The prompt with the largest error, and how many tokens it has. */
  readonly prompt: string
  readonly promptTokens: number
  /** The first point that is beyond the noise; null where none is. */
  readonly found: PointError | null
  readonly condition: Condition
  /** The layer whose keys and values the found one reads; null where it has its own. */
  readonly donor: number | null
  /** Every point that engine and reference both give. */
  readonly curve: readonly PointError[]
}

export interface BisectRequest {
  readonly plan: RunPlan
  readonly item: PreparedCase
  readonly engine: SourceId
  readonly yardsticks: Yardsticks
}

/**
 * Bisects an engine that gives hidden states, under the prompt of the case that it errs most at.
 *
 * @throws WorkerFault where an engine or the reference refuses; ParityError where the set-up is broken
 */
export async function bisectLayers(request: BisectRequest, signal: AbortSignal): Promise<Bisection> {
  const { plan, item, yardsticks } = request
  const { truth } = await openReference(plan, item, signal)
  const all = watch(underTokens(item, truth))
  const open = () => openEngine(request, signal)
  const { engine, dtype, trace } = await withSession(await open(), async (session) => ({
    engine: nameOf(session),
    dtype: session.source.dtype,
    trace: await session.observe(all, signal),
  }))
  const index = findWorstPrompt(item, truth, trace)
  const prompt = item.prompts[index]
  const rest = all.continuation?.[index] ?? []
  const { layers } = (await openCheckpoint(item.folder)).config
  const points = listPoints(layers.length)
  const yardstick = await yardsticks.measure(item, prompt, rest, dtype, signal)
  const curveOf = (of: Trace, at: number) => measurePoints(points, { trace: of, prompt: at }, yardstick)
  const curve = curveOf(trace, index)
  const found = findFirstJump(curve)

  const alone = { ...all, prompts: [prompt.tokens], continuation: [rest] }
  const isClean = async (observation: Observation) =>
    findFirstJump(curveOf(await withSession(await open(), (session) => session.observe(observation, signal)), 0)) ===
    null
  let condition: Condition = 'always'
  if (found !== null) {
    if (index > 0 && (await isClean(alone))) condition = 'after-another-prompt'
    else if (isBehind(found, prompt.tokens.length) && (await isClean({ ...alone, cache: false }))) condition = 'cached'
  }
  return {
    caseId: item.id,
    engine,
    reference: yardstick.name,
    prompt: prompt.id,
    promptTokens: prompt.tokens.length,
    found,
    condition,
    donor: typeof found?.layer === 'number' ? layers[found.layer].donor : null,
    curve,
  }
}

/** Everything that can be looked into. */
const watch = (observation: Observation): Observation => ({ ...observation, layers: 'all', parts: true })

const isBehind = ({ position }: PointError, tokens: number): boolean => position !== null && position >= tokens

const nameOf = ({ source: { name, version, device, dtype } }: Session) => `${name}@${version}:${device}/${dtype}`

async function openEngine({ plan, item, engine }: BisectRequest, signal: AbortSignal): Promise<Session> {
  const { threads, options, timeouts } = plan
  return plan.sources.find(engine).open({ id: engine, checkpoint: item.folder, threads, options, timeouts }, signal)
}

/** The prompt whose logits err most; a NaN errs most of all. */
function findWorstPrompt({ prompts }: PreparedCase, truth: Trace, trace: Trace): number {
  const errors = prompts.map((prompt, i) => {
    const alone = (of: Trace): Trace => ({ ...of, tensor: (name) => of.tensor(name.replace(/^0\./, `${i}.`)) })
    const { pairs, absent } = pairRows([prompt], alone(truth), alone(trace))
    const { rms } = measureLogits(pairs)
    return Number.isNaN(rms) || absent.length > 0 ? Infinity : rms
  })
  return errors.indexOf(Math.max(...errors))
}
