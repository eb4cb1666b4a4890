/** An engine by its logits, or log-probabilities, alone: what it gave for a case, and how far that is from any trace. */
import { alignTraces, type EngineTraces } from '../compare/align-traces.js'
import { isBeyond, measureError, type ErrorSize } from '../compare/row-errors.js'
import { formOf } from '../compare/row-form.js'
import { pairRows, type RowPair } from '../compare/rows.js'
import { spreadIn } from '../compare/spread.js'
import { ParityError } from '../errors.js'
import { formatSourceId } from '../source-id.js'
import type { PreparedCase, Session, SourceId, Spread, Trace } from '../types.js'
import { planOf } from './cells.js'
import { observeEngine } from './observe-engine.js'
import type { RunPlan } from './plan.js'
import { withSession } from './with-session.js'

/** Through the KV cache, or in one pass without. */
export type Pass = 'cached' | 'uncached'

/** An engine under a case. */
export interface SeenEngine {
  readonly item: PreparedCase
  /** Whole rows of logits. */
  readonly truth: Trace
  /** Of what the engine gives. */
  readonly spread: Spread
  readonly traces: EngineTraces
  /** `llama-cpp@3.22.1:cpu/float32` */
  readonly name: string
  /** Only its own generation is looked at, prompt by prompt from a fresh start: what is left of one may matter for the next. */
  readonly isOwn?: true
}

export interface EngineUnderTest {
  readonly plan: RunPlan
  readonly engine: SourceId
}

/** A session of the engine on a case's checkpoint, with the options of a run. Throws a `WorkerFault`. */
export async function openEngine(
  { plan, engine }: EngineUnderTest,
  item: PreparedCase,
  signal: AbortSignal,
): Promise<Session> {
  const { sources, threads, options, timeouts } = planOf(plan, item, engine)
  return sources.find(engine).open({ id: engine, checkpoint: item.folder, threads, options, timeouts }, signal)
}

/** Runs an engine as a verdict does; `spreadOf` is asked for that of logits. Throws a `WorkerFault` where it refuses. */
export async function seeEngine(
  test: EngineUnderTest,
  item: PreparedCase,
  truth: Trace,
  spreadOf: (dtype: string) => Promise<Spread>,
  signal: AbortSignal,
): Promise<SeenEngine> {
  return withSession(await openEngine(test, item, signal), async (session) => {
    const { name, version, device, dtype, gives } = session.source
    const seen = await observeEngine(session, item, truth, signal, () => undefined)
    const form = formOf(gives)
    return {
      item,
      truth,
      spread: spreadIn(form, await spreadOf(dtype)),
      traces: seen.kind === 'traces' ? seen.traces : { form, own: seen.own, forced: null, uncached: null },
      name: formatSourceId({ name, version, device, dtype }),
    }
  })
}

/**
 * What an engine gave beside what a trace of whole rows holds at the same places; null of a pass that it did not do.
 *
 * @throws ParityError where it left out what others gave, or gave nothing that can be compared
 */
export function pairWith({ item, traces, name }: SeenEngine, other: Trace, pass: Pass): RowPair[] | null {
  const { truth, actual, uncached } = alignTraces(other, traces)
  const given = pass === 'cached' ? actual : uncached
  if (given === null) return null
  const { pairs, absent } = pairRows(item.prompts, truth, given)
  if (absent.length === 0 && pairs.length > 0) return pairs
  const what = absent.map((one) => one.what).join('; ')
  throw new ParityError(
    'PARITY_SOURCE',
    `what ${name} gives cannot be bisected: ${what === '' ? 'it is nothing' : what}`,
    'parity run shows the whole verdict.',
  )
}

/** The error of a pass against the truth, pooled; null of a pass that was not done. */
export function errorOf(seen: SeenEngine, pass: Pass): ErrorSize | null {
  const pairs = pairWith(seen, seen.truth, pass)
  return pairs === null ? null : measureError(pairs, seen.spread)
}

/** The pass that errs beyond the limits, the cached one first; null where none does. */
export function findFailingPass(seen: SeenEngine, { limits }: RunPlan): Pass | null {
  const passes = ['cached', 'uncached'] as const
  return (
    passes.find((pass) => {
      const error = errorOf(seen, pass)
      return error !== null && isBeyond(error, limits)
    }) ?? null
  )
}
