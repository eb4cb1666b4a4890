/** Cases × engines → verdicts: the one place where cases, sources and comparisons meet. */
import pLimit from 'p-limit'
import type { LoadedCase } from './cases/load-cases.js'
import { openCheckpoint } from './checkpoint/checkpoint.js'
import { ParityError } from './errors.js'
import { checkTokens } from './prompt/check-tokens.js'
import { EventQueue } from './run/event-queue.js'
import type { RunPlan } from './run/plan.js'
import { chooseReference, openReference, type Reference } from './run/reference.js'
import { reachVerdict } from './run/verdict.js'
import { findSource } from './sources/index.js'
import { formatSourceId } from './source-id.js'
import type { SourceId, Verdict } from './types.js'

export type { RunPlan }

/** What happens in a run, in the order in which it happens. */
export type RunEvent =
  | { readonly type: 'start'; readonly caseId: string; readonly engine: string }
  | {
      readonly type: 'progress'
      readonly caseId: string
      readonly engine: string
      readonly done: number
      readonly total: number
    }
  | { readonly type: 'verdict'; readonly caseId: string; readonly engine: string; readonly verdict: Verdict }

type References = ReadonlyMap<LoadedCase, () => Promise<Reference>>

/**
 * Runs a plan. Everything that can be refused is refused before the first engine starts; after that an engine's failure
 * costs its own verdict and nothing else.
 *
 * @throws ParityError where a checkpoint, a prompt or a recording cannot be used
 */
export async function* run(plan: RunPlan, signal: AbortSignal): AsyncGenerator<RunEvent, void, undefined> {
  plan.engines.forEach(findSource)
  if (plan.reference !== null && plan.reference.name !== 'recorded') await requireSource(plan.reference)
  for (const item of plan.cases) checkTokens((await openCheckpoint(item.folder)).config, item.prompts)
  const references = await prepareReferences(plan, signal)

  const events = new EventQueue<RunEvent>()
  const limit = pLimit(plan.jobs)
  const jobs = plan.cases.flatMap((item) =>
    plan.engines.map((id) => limit(runOne, plan, item, id, references, signal, events)),
  )
  const done = Promise.all(jobs).finally(() => {
    limit.clearQueue()
    events.end()
  })
  // Its failure is thrown below, once the events before it are read.
  done.catch(() => undefined)
  yield* events
  await done
}

/** A reference that cannot run here is a broken set-up, where an engine that cannot is skipped. */
async function requireSource(id: SourceId): Promise<void> {
  const available = await findSource(id).check(id)
  if (available.ok) return
  throw new ParityError(
    'PARITY_SOURCE',
    `the reference ${formatSourceId(id)} cannot run here: ${available.why}`,
    available.fix,
  )
}

async function runOne(
  plan: RunPlan,
  item: LoadedCase,
  id: SourceId,
  references: References,
  signal: AbortSignal,
  events: EventQueue<RunEvent>,
): Promise<void> {
  signal.throwIfAborted()
  const at = { caseId: item.id, engine: formatSourceId(id) }
  events.push({ type: 'start', ...at })
  const progress = (done: number, total: number) => {
    events.push({ type: 'progress', ...at, done, total })
  }
  const reference = references.get(item)
  if (reference === undefined) throw new Error(`no reference was prepared for ${item.id}`)
  const verdict = await reachVerdict(plan, item, id, reference, signal, progress)
  events.push({ type: 'verdict', ...at, verdict })
}

/** Recorded references are read at once, since they may be refused; a live one runs when the first verdict needs it. */
async function prepareReferences(plan: RunPlan, signal: AbortSignal): Promise<References> {
  const references = new Map<LoadedCase, () => Promise<Reference>>()
  for (const item of plan.cases) {
    const isRecorded = (await chooseReference(plan, item)).name === 'recorded'
    let opened = isRecorded ? Promise.resolve(await openReference(plan, item, signal)) : null
    references.set(item, () => (opened ??= openReference(plan, item, signal)))
  }
  return references
}
