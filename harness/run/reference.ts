/** The truth of a case, and how far the reference is from itself. */
import { atLeast, measureSpread, predictFloat32, spreadFloor } from '../compare/spread.js'
import { ParityError } from '../errors.js'
import type { Roundings } from '../sources/source.js'
import { formatSourceId } from '../source-id.js'
import { hasRecording, readProvenance, readRecording } from '../trace/recording-store.js'
import type { Recording } from '../trace/recording.js'
import type { PreparedCase, Progress, ResolvedSource, Session, SourceId, Spread, Trace } from '../types.js'
import { WorkerFault } from '../workers/host.js'
import { measureEmulatedSpread } from './emulated-spread.js'
import { estimateWork } from './estimate-work.js'
import { findTruthDtype } from './fitting-dtype.js'
import { generation, underTokens } from './observations.js'
import { measureOracleSpread } from './oracle-spread.js'
import type { RunPlan } from './plan.js'
import { unwatched, type Watch } from './watch.js'
import { withSession } from './with-session.js'

export interface Reference {
  /** `transformers@5.23.0/float64, recorded` */
  readonly name: string
  readonly truth: Trace
  /** What it would have been better held against, and why it was not; null where there is nothing better. */
  readonly reservation: string | null
  /** The prompt whose hidden states the truth holds, and what the reference errs by in a dtype; null of a live one. */
  readonly layers: { readonly prompt: string; noise(dtype: string): readonly number[] | null } | null
  /** The error that the reference itself makes in a dtype, never below the floor, nor below that of roundings. */
  spread(dtype: string, signal: AbortSignal, roundings?: Roundings): Promise<Spread>
  /** The reference under the tokens that an engine generated, which takes a live one. Throws a `WorkerFault`. */
  under(own: Trace, signal: AbortSignal): Promise<Trace>
}

/** Which source tells the truth about a case. */
export async function chooseReference(plan: RunPlan, item: PreparedCase): Promise<SourceId> {
  if (plan.reference !== null) return plan.reference
  if (hasRecording(plan.recordings, item.id)) return { name: 'recorded' }
  return chooseLive(plan)
}

/** The source that is asked where nothing is recorded. */
async function chooseLive(plan: RunPlan): Promise<SourceId> {
  const live = { name: 'transformers' }
  return (await plan.sources.find(live).check(live)).ok ? live : { name: 'oracle' }
}

function openLive(plan: RunPlan, item: PreparedCase, id: SourceId, signal: AbortSignal): Promise<Session> {
  const { threads, timeouts } = plan
  const request = { id, checkpoint: item.folder, threads, options: {}, timeouts }
  return plan.sources.find(id).open(request, signal)
}

/** The name of the reference that `openReference` would open, which is not run for it. */
export async function nameReference(plan: RunPlan, item: PreparedCase): Promise<string> {
  const id = await chooseReference(plan, item)
  if (id.name === 'recorded') return nameRecording(await readProvenance(plan.recordings, item.id))
  const source = plan.sources.find(id)
  const available = await source.check(id)
  return formatSourceId({
    name: id.name,
    version: available.ok ? available.version : id.version,
    dtype: (await findTruthDtype(source, id, item, plan.budget.memory)).dtype,
  })
}

const nameRecording = ({ source: { name, version, dtype } }: Recording): string =>
  `${formatSourceId({ name, version, dtype })}, recorded`

/** @throws ParityError where a recording is missing or of something else; WorkerFault where a live reference refuses */
export async function openReference(
  plan: RunPlan,
  item: PreparedCase,
  signal: AbortSignal,
  watch: Watch = unwatched,
): Promise<Reference> {
  const id = await chooseReference(plan, item)
  const reference = await (id.name === 'recorded'
    ? recordedReference(plan, item, watch)
    : liveReference(plan, item, id, signal, watch))
  const spreads = new Map<string, Promise<Spread>>()
  return {
    ...reference,
    async spread(dtype, abort, roundings) {
      // Each engine asks, and it may take minutes.
      const measured = spreads.get(dtype) ?? reference.spread(dtype, abort)
      spreads.set(dtype, measured)
      const own = await measured
      if (roundings === undefined) return own
      return atLeast(await measureEmulatedSpread(plan, item, reference.truth, dtype, roundings, abort), own)
    },
  }
}

async function recordedReference(plan: RunPlan, item: PreparedCase, watch: Watch): Promise<Reference> {
  if (!hasRecording(plan.recordings, item.id)) {
    throw new ParityError(
      'PARITY_RECORDING',
      `there is no recording of ${item.id} in ${plan.recordings}`,
      `parity record --case ${item.id} makes one (needs Python).`,
    )
  }
  const { recording, truth } = await readRecording(plan.recordings, item)
  return {
    name: nameRecording(recording),
    truth,
    reservation: null,
    layers: { prompt: recording.layersOf, noise: (dtype) => recording.dtypes[dtype]?.layers ?? null },
    async spread(wanted, abort) {
      const floor = spreadFloor(item.prompts, truth, wanted)
      const error = recording.dtypes[wanted]?.error
      if (error !== undefined) return atLeast({ ...error, dtype: wanted, origin: 'recorded' }, floor)
      if (wanted === recording.source.dtype) return floor
      return atLeast(await measureOracleSpread(plan, item, truth, wanted, abort, watch), floor)
    },
    async under(own, abort) {
      const live = await chooseLive(plan)
      const { dtype } = await findTruthDtype(plan.sources.find(live), live, item, plan.budget.memory)
      return observeUnder(plan, item, { ...live, dtype }, own, abort, watch)
    },
  }
}

/** Runs the reference in the highest dtype that it has for the truth, and in the engine's dtype for the spread. */
async function liveReference(
  plan: RunPlan,
  item: PreparedCase,
  id: SourceId,
  signal: AbortSignal,
  watch: Watch,
): Promise<Reference> {
  const source = plan.sources.find(id)
  const { dtype, why } = await findTruthDtype(source, id, item, plan.budget.memory)
  const tell = await announce(plan, item, { ...id, dtype }, watch)
  const open = (inDtype: string) => openLive(plan, item, { ...id, dtype: inDtype }, signal)
  const { resolved, truth } = await withSession(await open(dtype), async (session) => {
    requireLogits(session.source)
    return { resolved: session.source, truth: await session.observe(generation(item), signal, tell) }
  })
  const origin = resolved.name === 'oracle' ? 'oracle' : 'transformers'
  return {
    name: formatSourceId({ name: resolved.name, version: resolved.version, dtype }),
    truth,
    reservation: why,
    layers: null,
    async spread(wanted, abort) {
      const floor = spreadFloor(item.prompts, truth, wanted)
      if (!source.dtypes.includes(wanted)) return floor
      // Against itself nothing errs; what float32 errs by is told from bfloat16, the next dtype below. How the two are
      // related was measured on transformers.
      const isPredictable = resolved.name === 'transformers' && source.dtypes.includes('bfloat16')
      const isPredicted = wanted === dtype && wanted === 'float32' && isPredictable
      if (wanted === dtype && !isPredicted) return floor
      const measured = isPredicted ? 'bfloat16' : wanted
      const tellOfDtype = await announce(plan, item, { ...id, dtype: measured }, watch)
      const inDtype = await withSession(await open(measured), (session) =>
        session.observe(underTokens(item, truth), abort, tellOfDtype),
      )
      const spread = measureSpread(item.prompts, truth, inDtype, measured, origin)
      return atLeast(isPredicted ? predictFloat32(spread) : spread, floor)
    },
    under: (own, abort) => observeUnder(plan, item, { ...id, dtype }, own, abort, watch),
  }
}

/** Refuses what would take a reference too long. @throws ParityError PARITY_SOURCE with how long, and what to do */
export async function requireFeasible(plan: RunPlan, item: PreparedCase, id: SourceId) {
  const estimate = await estimateWork(plan.sources.find(id), id, item, plan.oracleMinutes)
  if (estimate !== null && estimate.refusal !== null) throw estimate.refusal
  return estimate
}

/** Says how long a live reference is going to take; returns what to tell of its progress. @throws ParityError */
async function announce(plan: RunPlan, item: PreparedCase, id: SourceId, watch: Watch): Promise<Progress> {
  const estimate = await requireFeasible(plan, item, id)
  if (estimate?.isLong === true) watch.estimated(id, estimate.text)
  return (done, total) => {
    watch.progress(id, done, total)
  }
}

/**
 * A live reference under an engine's tokens. That it is needed shows amid a run, where what would take too long costs a
 * verdict and not the run. Throws a `WorkerFault`.
 */
async function observeUnder(
  plan: RunPlan,
  item: PreparedCase,
  id: SourceId,
  own: Trace,
  signal: AbortSignal,
  watch: Watch,
): Promise<Trace> {
  const tell = await announce(plan, item, id, watch).catch((error: unknown) => {
    if (!ParityError.is(error)) throw error
    throw new WorkerFault('refused', 'open', error.message, { hint: error.hint })
  })
  return withSession(await openLive(plan, item, id, signal), (session) =>
    session.observe(underTokens(item, own), signal, tell),
  )
}

/** The truth is whole rows: limits and near ties are measured on them. */
function requireLogits({ name, gives }: ResolvedSource): void {
  if (gives.includes('logits')) return
  throw new ParityError(
    'PARITY_SOURCE',
    `${name} gives log-probabilities of its most likely tokens only, which is too little for a reference`,
    'Take a source that gives logits: recorded, transformers or oracle.',
  )
}
