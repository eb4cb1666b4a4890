/** How often a correct engine fails: random prompts through a clean engine, judged as any case is. */
import { prepareCase } from '../cases/prepare-case.js'
import { openCheckpoint } from '../checkpoint/checkpoint.js'
import { judge } from '../compare/judge.js'
import { atLeast, measureSpread, spreadFloor, spreadIn } from '../compare/spread.js'
import { transformers } from '../sources/transformers/index.js'
import { TransformersProcesses } from '../sources/transformers/processes.js'
import type { Case, Outcome, PreparedCase, Session, SourceId, Spread, Trace } from '../types.js'
import type { LoadedCase } from '../cases/load-cases.js'
import { chunkSizes } from './chunk-sizes.js'
import { measureEmulatedSpread } from './emulated-spread.js'
import { observeEngine } from './observe-engine.js'
import { generation, underTokens } from './observations.js'
import type { RunPlan } from './plan.js'
import { randomNumbers, randomPrompts, seedOf } from './random-prompts.js'
import { withSession } from './with-session.js'
import { workWithin } from './work-within.js'

/** Tokens that are generated for each prompt. */
const generated = 8

/** Ways to run the engine on each set of prompts. */
export const waysEach = 4

export interface SoakPlan {
  readonly run: RunPlan
  readonly engine: SourceId
  /** The cases whose checkpoints are taken; their own prompts are not. */
  readonly cases: readonly (LoadedCase & Case)[]
  /** At least so many comparisons. */
  readonly count: number
  readonly seed: number
}

/** One verdict on a clean engine: some prompts, one way to run them. */
export interface Soaked {
  readonly caseId: string
  readonly prompts: readonly (readonly number[])[]
  readonly threads: number
  /** Pieces in which prompts were prefilled; null for one. */
  readonly chunk: number | null
  readonly outcome: Outcome
  /** Errors as multiples of the spread: root-mean-square, largest, and cached against uncached, root-mean-square. */
  readonly rmsExcess: number
  readonly maxExcess: number
  readonly cacheExcess: number | null
  readonly nearTies: number
  readonly reason: string
}

/** Prompts with what transformers makes of them. */
interface Truth {
  readonly item: PreparedCase
  readonly truth: Trace
  readonly spread: Spread
}

/**
 * Compares the engine with transformers in float64 on random prompts, in pieces of several lengths and with one thread
 * and two. The same seed gives the same prompts, whatever runs beside.
 *
 * @throws ParityError where a checkpoint cannot be used; WorkerFault where transformers or the engine fails
 */
export async function soak(
  plan: SoakPlan,
  signal: AbortSignal,
  onSoaked: (soaked: readonly Soaked[]) => void = () => undefined,
): Promise<Soaked[]> {
  const sets = Math.ceil(plan.count / waysEach / plan.cases.length)
  const all: Soaked[] = []
  const pieces = plan.cases.map((item) => ({ item, memory: 0 }))
  await using idle = new Idle()
  await workWithin(plan.run.budget, pieces, async (item) => {
    const soaked = await idle.borrow((processes) => soakCase(plan, item, sets, processes, signal))
    all.push(...soaked)
    onSoaked(soaked)
  })
  return all
}

/** Processes of transformers take seconds to start, so that those of a case that is done serve the next one. */
class Idle implements AsyncDisposable {
  readonly #waiting: TransformersProcesses[] = []
  readonly #all: TransformersProcesses[] = []

  async borrow<T>(use: (processes: TransformersProcesses) => Promise<T>): Promise<T> {
    const processes = this.#waiting.pop() ?? new TransformersProcesses()
    if (!this.#all.includes(processes)) this.#all.push(processes)
    const result = await use(processes)
    this.#waiting.push(processes)
    return result
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const processes of this.#all) await processes[Symbol.asyncDispose]()
  }
}

async function soakCase(
  plan: SoakPlan,
  loaded: LoadedCase & Case,
  sets: number,
  processes: TransformersProcesses,
  signal: AbortSignal,
): Promise<Soaked[]> {
  const item = await prepareCase(loaded, signal, () => undefined)
  const { config } = await openCheckpoint(item.folder)
  const window = config.slidingWindow
  const random = randomNumbers(seedOf(plan.seed, item.id))
  const items = Array.from({ length: sets }, () => ({
    ...item,
    prompts: randomPrompts(random, config.vocabSize, 3 * window),
    generate: generated,
  }))
  const truths = await askTransformers(plan, items, processes, signal)
  const ways = truths.flatMap((truth) => {
    const sizes = chunkSizes(config, truth.item.prompts)
    return Array.from({ length: waysEach }, (_, way) => ({
      truth,
      threads: 1 + Math.floor(random() * 2),
      // Prompts of one token have no pieces.
      chunk: way === 0 ? null : (sizes.at(Math.floor(random() * sizes.length)) ?? null),
    }))
  })
  const soaked: Soaked[] = []
  for (const threads of [1, 2]) {
    const wanted = ways.filter((way) => way.threads === threads)
    if (wanted.length === 0) continue
    const session = await open(plan, item.folder, threads, signal)
    await withSession(session, async (opened) => {
      for (const { truth, chunk } of wanted)
        soaked.push({ ...(await compare(plan, opened, truth, chunk, signal)), threads })
    })
  }
  return soaked
}

/** The truth of each set of prompts, and the spread of logits that a verdict on the engine would take. */
async function askTransformers(
  { run, engine }: SoakPlan,
  items: readonly PreparedCase[],
  processes: TransformersProcesses,
  signal: AbortSignal,
): Promise<Truth[]> {
  const source = run.sources.find(engine)
  const dtype = engine.dtype ?? source.dtypes[0]
  const roundings = source.roundings?.(engine)
  const [{ folder: checkpoint }] = items
  const { timeouts } = run
  const ask = (inDtype: string) =>
    processes.open(
      { id: { name: 'transformers', dtype: inDtype }, checkpoint, threads: 1, options: {}, timeouts },
      signal,
    )
  const truths = await withSession(await ask('float64'), async (session) => {
    const seen: Trace[] = []
    for (const item of items) seen.push(await session.observe(generation(item), signal))
    return seen
  })
  const found = items.map((item, i) => ({
    item,
    truth: truths[i],
    spread: spreadFloor(item.prompts, truths[i], dtype),
  }))
  if (transformers.dtypes.includes(dtype)) {
    await withSession(await ask(dtype), async (session) => {
      for (const one of found) {
        const inDtype = await session.observe(underTokens(one.item, one.truth), signal)
        one.spread = atLeast(measureSpread(one.item.prompts, one.truth, inDtype, dtype, 'transformers'), one.spread)
      }
    })
  }
  if (roundings !== undefined) {
    for (const one of found) {
      const emulated = await measureEmulatedSpread(run, one.item, one.truth, dtype, roundings, signal)
      one.spread = atLeast(emulated, one.spread)
    }
  }
  return found
}

const open = ({ run, engine }: SoakPlan, checkpoint: string, threads: number, signal: AbortSignal) =>
  run.sources.find(engine).open({ id: engine, checkpoint, threads, options: {}, timeouts: run.timeouts }, signal)

async function compare(
  { run }: SoakPlan,
  session: Session,
  { item, truth, spread }: Truth,
  wanted: number | null,
  signal: AbortSignal,
): Promise<Omit<Soaked, 'threads'>> {
  const chunk = session.source.gives.includes('chunks') ? wanted : null
  const piecewise: Session = {
    source: session.source,
    observe: (request, abort) => session.observe({ ...request, chunk: request.cache ? chunk : null }, abort),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  }
  const about = { caseId: item.id, prompts: item.prompts.map(({ tokens }) => tokens), chunk }
  const seen = await observeEngine(piecewise, item, truth, signal, () => undefined)
  if (seen.kind === 'nonsense') {
    const nothing = { rmsExcess: NaN, maxExcess: NaN, cacheExcess: null, nearTies: 0 }
    return { ...about, ...nothing, outcome: 'error', reason: seen.reason }
  }
  const { outcome, comparisons, reason } = judge(
    item.prompts,
    truth,
    seen.traces,
    run.limits,
    spreadIn(seen.traces.form, spread),
  )
  const needed = (aspect: string) => comparisons.find((comparison) => comparison.aspect === aspect)?.needed
  return {
    ...about,
    outcome,
    rmsExcess: needed('logits')?.rmsExcess ?? NaN,
    maxExcess: needed('logits')?.maxExcess ?? NaN,
    cacheExcess: needed('cache')?.rmsExcess ?? null,
    nearTies: comparisons.reduce((sum, { nearTies }) => sum + nearTies.length, 0),
    reason,
  }
}
