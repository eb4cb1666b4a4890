/** The harness put to the test: mistakes planted in the built-in engine, and whether the verdict finds them. */
import { prepareCase } from '../cases/prepare-case.js'
import { alignTraces } from '../compare/align-traces.js'
import { judge } from '../compare/judge.js'
import { measureLogits } from '../compare/metrics.js'
import { pairRows } from '../compare/rows.js'
import type { Defect, Plant } from '../defect.js'
import { ParityError } from '../errors.js'
import { formatSourceId } from '../source-id.js'
import type { Aspect, PreparedCase, SourceId, Spread, Trace, Verdict } from '../types.js'
import { WorkerFault } from '../workers/host.js'
import { Yardsticks } from './bisect-yardstick.js'
import { isTokenizerCase } from './cells.js'
import { classifyFault } from './classify-fault.js'
import { locateDefect, type Located } from './locate-defect.js'
import { observeEngine } from './observe-engine.js'
import type { RunPlan } from './plan.js'
import { openReference } from './reference.js'
import { shortenCase } from './shorten-case.js'
import { withSession } from './with-session.js'
import { workWithin } from './work-within.js'

export interface PlantPlan {
  readonly run: RunPlan
  readonly engine: SourceId
  readonly defects: readonly Defect[]
  /** Tokens to generate, where a case's own number takes too long; null for that. */
  readonly generate: number | null
  /** Whether each defect that is caught on the first of its cases is bisected there too. */
  readonly bisects?: boolean
}

/** What became of a defect on a case. */
export interface Planted {
  readonly defect: Defect
  readonly caseId: string
  /** `skipped` where the device has no operator for it. */
  readonly outcome: Verdict['outcome']
  readonly isCaught: boolean
  /**
   * Whether a verdict had to find it and did not: every defect but those that say why none can, as long as these do so
   * little. On a cpu, which has every operator, also one that was not planted.
   */
  readonly isMissed: boolean
  /** What was out of bounds; none of an engine that broke down. */
  readonly by: readonly Aspect[]
  readonly excess: number | null
  /**
   * What the defect does to the engine's logits, root-mean-square, as a multiple of the spread: the engine with it against
   * the engine without. Infinite where it gives no numbers, or nothing at all; null where it was not planted.
   */
  readonly effect: number | null
  /**
   * The effect from which on the verdict must find it: the limit and the error that the engine has without it. The error
   * of the engine with the defect is at least the difference of the two (triangle inequality).
   */
  readonly due: number
  readonly reason: string
  /** What a bisection says; null where there was none. */
  readonly located: Located | null
  readonly elapsedMs: number
}

/** A case with its truth, and what the engine gives for it as it is. */
interface Prepared {
  readonly item: PreparedCase
  readonly truth: Trace
  readonly spread: Spread
  readonly clean: Observed
}

interface Observed {
  readonly outcome: Verdict['outcome']
  readonly by: readonly Aspect[]
  readonly excess: number | null
  /** Under the reference's tokens; null where there is nothing to measure. */
  readonly trace: Trace | null
  readonly reason: string
}

/**
 * Plants each defect on each of its cases, and tells `onPlanted` as they are done, in any order.
 *
 * @throws ParityError where a defect names a case that there is none of or cannot be planted on one, or the engine fails
 *   without any defect
 */
export async function plantDefects(
  plan: PlantPlan,
  signal: AbortSignal,
  onPlanted: (planted: Planted) => void = () => undefined,
): Promise<Planted[]> {
  const cells = plan.defects.flatMap((defect) => defect.on.map((caseId) => ({ defect, caseId })))
  const prepared = new Map<string, Promise<Prepared>>()
  const yardsticks = new Yardsticks(plan.run)
  const planted: Planted[] = []
  const pieces = cells.map((item) => ({ item, memory: 0 }))
  await workWithin(plan.run.budget, pieces, async ({ defect, caseId }) => {
    const ready = prepared.get(caseId) ?? prepare(plan, caseId, signal)
    prepared.set(caseId, ready)
    const one = await plantOne(plan, defect, await ready, yardsticks, signal)
    planted.push(one)
    onPlanted(one)
  })
  return planted.sort((a, b) => cellOf(a).localeCompare(cellOf(b)))
}

const cellOf = ({ defect, caseId }: Planted) => `${defect.id} ${caseId}`

async function prepare(plan: PlantPlan, caseId: string, signal: AbortSignal): Promise<Prepared> {
  const found = plan.run.cases.find(({ id }) => id === caseId)
  if (found === undefined || isTokenizerCase(found))
    throw new ParityError('PARITY_CASE', `there is no case ${caseId} to plant a defect on`, 'Name one in its `on`.')
  const whole = await prepareCase(found, signal, () => undefined)
  const reference = await openReference(plan.run, whole, signal)
  const { item, truth } = shortenCase(whole, reference.truth, plan.generate)
  const spread = await reference.spread(plan.engine.dtype ?? 'float32', signal)
  const clean = await observe(plan, { item, truth, spread }, undefined, signal)
  if (clean.outcome === 'pass' || clean.outcome === 'near-tie') return { item, truth, spread, clean }
  throw new ParityError(
    'PARITY_SOURCE',
    `${formatSourceId(plan.engine)} fails ${caseId} without any defect: ${clean.reason}`,
    'Find out why first: parity run shows the whole verdict.',
  )
}

async function plantOne(
  plan: PlantPlan,
  defect: Defect,
  prepared: Prepared,
  yardsticks: Yardsticks,
  signal: AbortSignal,
): Promise<Planted> {
  const started = performance.now()
  const { item, truth, clean } = prepared
  const { trace, ...found } = await observe(plan, prepared, defect.plant, signal)
  const effect = found.outcome === 'skipped' ? null : measureEffect(prepared, trace)
  const isCaught = found.outcome === 'fail' || found.outcome === 'error'
  const isBisected = plan.bisects === true && isCaught && item.id === defect.on[0]
  const { run, engine } = plan
  const due = run.limits.rmsExcess + (clean.excess ?? 0)
  return {
    defect,
    caseId: item.id,
    ...found,
    isCaught,
    isMissed:
      !isCaught && (effect === null ? engine.device === 'cpu' : defect.unseen === undefined || !(effect <= due)),
    effect,
    due,
    located: isBisected ? await locateDefect(defect, { plan: run, item, truth, engine, yardsticks }, signal) : null,
    elapsedMs: Math.round(performance.now() - started),
  }
}

function measureEffect({ item, spread, clean }: Prepared, trace: Trace | null): number {
  if (trace === null || clean.trace === null) return Infinity
  return measureLogits(pairRows(item.prompts, clean.trace, trace).pairs).rms / spread.rms
}

/** An engine that does not even open says nothing about what a verdict finds: a device may lack the operator. */
function notPlanted({ id }: PreparedCase, { message, detail }: WorkerFault): Pick<Observed, 'outcome' | 'reason'> {
  if (detail.errorCode?.startsWith('PARITY_') === true)
    throw new ParityError('PARITY_CASE', `${id}: ${message}`, 'Plant the defect on another case.')
  return { outcome: 'skipped', reason: message }
}

/** Runs the engine as a verdict does, and judges what it gave. */
async function observe(
  { run, engine }: PlantPlan,
  { item, truth, spread }: Omit<Prepared, 'clean'>,
  plant: Plant | undefined,
  signal: AbortSignal,
): Promise<Observed> {
  const { sources, threads, timeouts, limits } = run
  const options = plant === undefined ? {} : { defect: plant }
  try {
    const session = await sources
      .find(engine)
      .open({ id: engine, checkpoint: item.folder, threads, options, timeouts }, signal)
    const seen = await withSession(session, (opened) => observeEngine(opened, item, truth, signal, () => undefined))
    if (seen.kind === 'nonsense') return { outcome: 'error', by: [], excess: null, trace: null, reason: seen.reason }
    const { outcome, comparisons, excess, reason } = judge(item.prompts, truth, seen.traces, limits, spread)
    const by = comparisons.filter(({ passed }) => !passed).map(({ aspect }) => aspect)
    return { outcome, by, excess, trace: alignTraces(truth, seen.traces).actual, reason }
  } catch (error) {
    if (!(error instanceof WorkerFault) || classifyFault(error) === 'infrastructure') throw error
    if (error.stage !== 'observe') return { ...notPlanted(item, error), by: [], excess: null, trace: null }
    return { outcome: 'error', by: [], excess: null, trace: null, reason: error.message }
  }
}
