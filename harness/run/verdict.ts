/** One case on one engine: from its checkpoint to its verdict. Whatever the engine does becomes a verdict too. */
import { judge } from '../compare/judge.js'
import { openCheckpoint } from '../checkpoint/checkpoint.js'
import { identify } from '../checkpoint/identity.js'
import { findSource } from '../sources/index.js'
import { formatSourceId, matchesSourceId, parseSourceId } from '../source-id.js'
import type { KnownDivergence, Outcome, PreparedCase, Progress, ResolvedSource, SourceId, Verdict } from '../types.js'
import { WorkerFault } from '../workers/host.js'
import { blankVerdict } from './blank-verdict.js'
import { observeEngine } from './observe-engine.js'
import type { RunPlan } from './plan.js'
import type { Reference } from './reference.js'

type Found = Pick<Verdict, 'outcome' | 'reason'> & Partial<Verdict>

export async function reachVerdict(
  plan: RunPlan,
  item: PreparedCase,
  id: SourceId,
  reference: () => Promise<Reference>,
  signal: AbortSignal,
  progress: Progress,
): Promise<Verdict> {
  const started = performance.now()
  const engine = await resolveDefaults(id)
  const found = await attempt(plan, item, engine, reference, signal, progress)
  const known = item.known?.find((divergence) =>
    matchesSourceId(parseSourceId(divergence.engine), { ...engine, version: found.engineVersion ?? undefined }),
  )
  const label = formatSourceId({ ...engine, version: undefined })
  return {
    ...blankVerdict,
    caseId: item.id,
    checkpoint: await identify(item.folder),
    engine: label,
    reference: plan.reference === null ? 'auto' : formatSourceId(plan.reference),
    ...found,
    ...(known === undefined ? {} : applyKnown(found, known)),
    reproduce: plan.reproduce(item.id, formatSourceId(id)),
    elapsedMs: Math.round(performance.now() - started),
  }
}

/** The id with the device and dtype that the source falls back to on this machine. */
async function resolveDefaults(id: SourceId): Promise<SourceId> {
  const source = findSource(id)
  // What is wrong with a source that cannot even be asked, the attempt will say.
  const available = id.device === undefined ? await source.check(id).catch(() => null) : null
  const device = id.device ?? (available?.ok === true ? available.device : source.devices[0])
  return { ...id, device, dtype: id.dtype ?? source.dtypes[0] }
}

async function attempt(
  plan: RunPlan,
  item: PreparedCase,
  engine: SourceId,
  reference: () => Promise<Reference>,
  signal: AbortSignal,
  progress: Progress,
): Promise<Found> {
  const source = findSource(engine)
  let facts: Partial<Verdict> = {}
  try {
    const available = await source.check(engine)
    if (!available.ok) return { outcome: 'skipped', reason: available.why, hint: available.fix }
    facts = { engineVersion: available.version }
    const truth = await blameReference(reference)
    facts = { ...facts, reference: truth.name }
    const { threads, options, timeouts } = plan
    await using session = await source.open({ id: engine, checkpoint: item.folder, threads, options, timeouts }, signal)
    facts = { ...facts, ...identity(session.source) }
    const seen = await observeEngine(session, item, truth.truth, signal, progress)
    if (seen.kind === 'nonsense')
      return { ...facts, outcome: 'error', stage: 'observe', reason: seen.reason, peakBytes: seen.own.peakBytes }
    const spread = await blameReference(() => truth.spread(session.source.dtype, signal))
    const judgement = judge(item.prompts, truth.truth, seen.traces, plan.limits, spread)
    return {
      ...facts,
      ...judgement,
      limits: plan.limits,
      spread,
      notCompared: [...seen.notCompared, ...(await insideWindow(item))],
      peakBytes: seen.traces.own.peakBytes,
    }
  } catch (error) {
    if (!(error instanceof WorkerFault) || signal.aborted) throw error
    const { stage, message: reason, detail, log } = error
    return { ...facts, outcome: 'error', stage, reason, hint: detail.hint, log }
  }
}

/** Says so where no prompt of a case is long enough to show what a sliding window does. */
async function insideWindow(item: PreparedCase): Promise<string[]> {
  const { config } = await openCheckpoint(item.folder)
  const longest = Math.max(...item.prompts.map(({ tokens }) => tokens.length)) + item.generate - 1
  const isInside = config.layers.some(({ type }) => type === 'sliding') && longest <= config.slidingWindow
  return isInside ? [`what lies beyond the sliding window of ${config.slidingWindow}: no prompt reaches it`] : []
}

/** Says of a failure that it was not the engine's. */
async function blameReference<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof WorkerFault)) throw error
    throw new WorkerFault(error.kind, error.stage, `the reference failed: ${error.message}`, error.detail, error.log)
  }
}

const identity = ({ version, adapter, software }: ResolvedSource) => ({ engineVersion: version, adapter, software })

/** A declared divergence that is there is `known`; one that is gone must be undeclared, so it fails as `fixed`. */
function applyKnown(found: Found, known: KnownDivergence): { outcome: Outcome; reason: string; hint?: string } {
  if (found.outcome === 'skipped') return found
  if (found.outcome === 'fail' || found.outcome === 'error') {
    return { outcome: 'known', reason: `${found.reason} (known: ${known.because}, ${known.link})` }
  }
  return {
    outcome: 'fixed',
    reason: `${found.reason}, but the case declares a divergence: ${known.because} (${known.link})`,
    hint: 'Remove the declaration from the case’s `known`.',
  }
}
