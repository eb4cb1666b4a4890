/** One case on one engine: from its checkpoint to its verdict. Whatever the engine does becomes a verdict too. */
import { judge } from '../compare/judge.js'
import { spreadIn } from '../compare/spread.js'
import { openCheckpoint } from '../checkpoint/checkpoint.js'
import { identify } from '../checkpoint/identity.js'
import { blankVerdict } from '../report/blank-verdict.js'
import { formatSourceId } from '../source-id.js'
import type { PreparedCase, Progress, ResolvedSource, SourceId, Spread, Verdict } from '../types.js'
import { WorkerFault } from '../workers/host.js'
import { applyKnown, type Found } from './apply-known.js'
import { arbitrate } from './arbitrate.js'
import { blameReference, classifyFault } from './classify-fault.js'
import { gatherEvidence } from './gather-evidence.js'
import { labelEngine } from './label-engine.js'
import { observeChecks } from './observe-checks.js'
import { observeEngine } from './observe-engine.js'
import type { RunPlan } from './plan.js'
import { nameReference, type Reference } from './reference.js'

export async function reachVerdict(
  plan: RunPlan,
  item: PreparedCase,
  id: SourceId,
  reference: () => Promise<Reference>,
  signal: AbortSignal,
  progress: Progress,
): Promise<Verdict> {
  const started = performance.now()
  const engine = await resolveDefaults(plan, id)
  const found = await attempt(plan, item, engine, reference, signal, progress)
  const asRun = { ...engine, version: found.engineVersion ?? undefined }
  return {
    ...blankVerdict,
    caseId: item.id,
    checkpoint: await identify(item.folder),
    engine: labelEngine(plan.engines, id, engine, found.engineVersion ?? null),
    reference: found.reference ?? (await nameReference(plan, item)),
    ...applyKnown(found, item.known ?? [], asRun),
    reproduce: plan.reproduce(item.id, formatSourceId(id)),
    elapsedMs: Math.round(performance.now() - started),
  }
}

/** The id with the device and dtype that the source falls back to on this machine. */
async function resolveDefaults({ sources, options }: RunPlan, id: SourceId): Promise<SourceId> {
  const source = sources.find(id)
  // What is wrong with a source that cannot even be asked, the attempt will say.
  const available = id.device === undefined ? await source.check(id, options).catch(() => null) : null
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
  const source = plan.sources.find(engine)
  let facts: Partial<Verdict> = {}
  try {
    const available = await source.check(engine, plan.options)
    if (!available.ok) return { outcome: 'skipped', reason: available.why, hint: available.fix }
    facts = { engineVersion: available.version }
    const truth = await blameReference(reference)
    facts = { ...facts, reference: truth.name }
    const { threads, options, timeouts } = plan
    await using session = await source.open({ id: engine, checkpoint: item.folder, threads, options, timeouts }, signal)
    facts = { ...facts, ...identity(session.source) }
    const seen = await observeEngine(session, item, truth.truth, signal, progress)
    if (seen.kind === 'nonsense')
      return {
        ...facts,
        outcome: 'error',
        stage: 'observe',
        fault: 'engine',
        reason: seen.reason,
        peakBytes: seen.own.peakBytes,
      }
    const spread = spreadIn(
      seen.traces.form,
      await blameReference(() => truth.spread(session.source.dtype, signal, source.roundings?.(engine))),
    )
    const measure = { prompts: item.prompts, limits: plan.limits, spread }
    const checking = { session, item, reference: truth, traces: seen.traces, measure, signal }
    const checked = await observeChecks(checking)
    const judgement = judge(item.prompts, truth.truth, seen.traces, plan.limits, spread, checked.comparisons)
    const { evidence, notCompared } = await gatherEvidence(session, item, truth, seen.traces, measure, signal)
    const disputed = judgement.outcome === 'fail' && plan.arbitrates && !truth.name.startsWith('oracle')
    const hint = disputed
      ? await arbitrate(plan, item, truth.truth, seen.traces, { ...judgement, spread }, signal, progress)
      : null
    return {
      ...facts,
      ...judgement,
      ...(hint === null ? {} : { hint }),
      limits: plan.limits,
      spread,
      notCompared: [
        ...reservations(truth, spread),
        ...seen.notCompared,
        ...(await insideWindow(item)),
        ...checked.notCompared,
        ...notCompared,
      ],
      evidence,
      peakBytes: seen.traces.own.peakBytes,
    }
  } catch (error) {
    if (!(error instanceof WorkerFault) || signal.aborted) throw error
    const { stage, message: reason, detail, log } = error
    return { ...facts, outcome: 'error', stage, fault: classifyFault(error), reason, hint: detail.hint, log }
  }
}

/** Says so where no prompt of a case is long enough to show what a sliding window does. */
async function insideWindow(item: PreparedCase): Promise<string[]> {
  const { config } = await openCheckpoint(item.folder)
  const longest = Math.max(...item.prompts.map(({ tokens }) => tokens.length)) + item.generate - 1
  const isInside = config.layers.some(({ type }) => type === 'sliding') && longest <= config.slidingWindow
  return isInside ? [`what lies beyond the sliding window of ${config.slidingWindow}: no prompt reaches it`] : []
}

/** What the verdict had to do without, and what came in its place. */
function reservations({ reservation }: Reference, { dtype, origin }: Spread): string[] {
  if (reservation === null) return []
  const measure =
    origin === 'predicted'
      ? `the spread of ${dtype} is told from that of bfloat16`
      : origin === 'transformers'
        ? `the spread is that of ${dtype} against it`
        : 'the spread is the least that is believed'
  return [`${reservation}, and ${measure}`]
}

const identity = ({ version, adapter, software }: ResolvedSource) => ({ engineVersion: version, adapter, software })
