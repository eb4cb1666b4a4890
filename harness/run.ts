/** Cases × engines → verdicts: the one place where cases, sources and comparisons meet. */
import type { LoadedCase } from './cases/load-cases.js'
import { prepareCase } from './cases/prepare-case.js'
import { ParityError } from './errors.js'
import { isTokenizerCase, listCells, nameOfEngine, planOf, type Cell } from './run/cells.js'
import { estimateMemory } from './run/estimate-memory.js'
import { EventQueue } from './run/event-queue.js'
import type { RunPlan } from './run/plan.js'
import { chooseReference, openReference, requireFeasible, type Reference } from './run/reference.js'
import { openTokenizerReference, type TokenizerReference } from './run/tokenizer-reference.js'
import { reachTokenizerVerdict } from './run/tokenizer-verdict.js'
import { reachVerdict } from './run/verdict.js'
import type { Watch } from './run/watch.js'
import { workWithin } from './run/work-within.js'
import { checkSource } from './sources/check-source.js'
import { formatSourceId } from './source-id.js'
import type { PreparedCase, SourceId, Verdict } from './types.js'

export { listCells, nameOfCell, type Cell } from './run/cells.js'
export type { RunPlan }

/** What happens in a run, in the order in which it happens. */
export type RunEvent =
  | {
      readonly type: 'fetch'
      readonly caseId: string
      readonly file: string
      readonly done: number
      readonly total: number
    }
  | { readonly type: 'estimate'; readonly caseId: string; readonly reference: string; readonly estimate: string }
  | {
      readonly type: 'reference'
      readonly caseId: string
      readonly reference: string
      readonly done: number
      readonly total: number
    }
  | { readonly type: 'start'; readonly caseId: string; readonly engine: string }
  | {
      readonly type: 'progress'
      readonly caseId: string
      readonly engine: string
      readonly done: number
      readonly total: number
    }
  | { readonly type: 'verdict'; readonly caseId: string; readonly engine: string; readonly verdict: Verdict }

/** A case made ready, with the truth about it. */
type Ready =
  | { readonly prepared: PreparedCase; readonly reference: () => Promise<Reference> }
  | { readonly tokenizer: TokenizerReference }

/**
 * Runs a plan. Everything that can be refused is refused before the first engine starts; after that an engine's failure
 * costs its own verdict and nothing else.
 *
 * @throws ParityError where a checkpoint, a prompt or a recording cannot be used
 */
export async function* run(plan: RunPlan, signal: AbortSignal): AsyncGenerator<RunEvent, void, undefined> {
  const events = new EventQueue<RunEvent>()
  const done = execute(plan, signal, events).finally(() => {
    events.end()
  })
  // Its failure is thrown below, once the events before it are read.
  done.catch(() => undefined)
  yield* events
  await done
}

async function execute(plan: RunPlan, signal: AbortSignal, events: EventQueue<RunEvent>): Promise<void> {
  plan.engines.forEach((id) => plan.sources.find(id))
  if (plan.reference !== null && plan.reference.name !== 'recorded') await requireSource(plan, plan.reference)
  const cells = listCells(plan).cells.filter(plan.only ?? (() => true))
  for (const { engine } of cells) if (engine !== null) plan.sources.find(engine)
  const ready = new Map<LoadedCase, Ready>()
  for (const item of new Set(cells.map((cell) => cell.item)))
    ready.set(item, await makeReady(plan, item, signal, events))

  const pieces = cells.map(async (item) => ({ item, memory: await memoryOf(plan, item, ready.get(item.item)) }))
  await workWithin(plan.budget, await Promise.all(pieces), (cell) => runOne(plan, cell, ready, signal, events))
}

/** How much memory a cell may need, in bytes; a tokenizer's needs none worth speaking of. */
async function memoryOf({ sources }: RunPlan, { engine }: Cell, ready: Ready | undefined): Promise<number> {
  if (engine === null || ready === undefined || 'tokenizer' in ready) return 0
  return estimateMemory(sources.find(engine), ready.prepared.folder)
}

/** A reference that cannot run here is a broken set-up, where an engine that cannot is skipped. */
async function requireSource({ sources }: RunPlan, id: SourceId): Promise<void> {
  const available = await checkSource(sources.find(id), id)
  if (available.ok) return
  throw new ParityError(
    'PARITY_SOURCE',
    `the reference ${formatSourceId(id)} cannot run here: ${available.why}`,
    available.fix,
  )
}

/** Recorded references are read at once, since they may be refused, as live ones are that would take too long. */
async function makeReady(
  plan: RunPlan,
  item: LoadedCase,
  signal: AbortSignal,
  events: EventQueue<RunEvent>,
): Promise<Ready> {
  const fetching = (progress: { file: string; done: number; total: number }) => {
    events.push({ type: 'fetch', caseId: item.id, ...progress })
  }
  if (isTokenizerCase(item)) return { tokenizer: await openTokenizerReference(plan, item, signal, fetching) }
  const prepared = await prepareCase(item, signal, fetching)
  const chosen = await chooseReference(plan, prepared)
  const watch: Watch = {
    estimated: (id, estimate) => {
      events.push({ type: 'estimate', caseId: item.id, reference: formatSourceId(id), estimate })
    },
    progress: (id, done, total) => {
      events.push({ type: 'reference', caseId: item.id, reference: formatSourceId(id), done, total })
    },
  }
  const open = () => openReference(plan, prepared, signal, watch)
  if (chosen.name !== 'recorded') await requireFeasible(plan, prepared, chosen)
  let opened = chosen.name === 'recorded' ? Promise.resolve(await open()) : null
  return { prepared, reference: () => (opened ??= open()) }
}

async function runOne(
  plan: RunPlan,
  cell: Cell,
  ready: ReadonlyMap<LoadedCase, Ready>,
  signal: AbortSignal,
  events: EventQueue<RunEvent>,
): Promise<void> {
  signal.throwIfAborted()
  const at = { caseId: cell.item.id, engine: nameOfEngine(cell) }
  events.push({ type: 'start', ...at })
  const progress = (done: number, total: number) => {
    events.push({ type: 'progress', ...at, done, total })
  }
  const one = ready.get(cell.item)
  if (one === undefined) throw new Error(`${cell.item.id} was not made ready`)
  const reproduce = plan.reproduce(at.caseId, at.engine)
  if ('tokenizer' in one) {
    const verdict = await reachTokenizerVerdict(one.tokenizer, reproduce)
    events.push({ type: 'verdict', ...at, verdict })
  } else if (cell.engine !== null) {
    const own = planOf(plan, cell.item, cell.engine)
    const verdict = await reachVerdict(own, one.prepared, cell.engine, one.reference, signal, progress)
    events.push({ type: 'verdict', ...at, verdict })
  }
}
