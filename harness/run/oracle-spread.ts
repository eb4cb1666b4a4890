/** The spread in a dtype that a recording has none for. */
import { openCheckpoint } from '../checkpoint/checkpoint.js'
import { measureSpread } from '../compare/spread.js'
import type { PreparedCase, Spread, Trace } from '../types.js'
import { underTokens } from './observations.js'
import type { RunPlan } from './plan.js'
import { withSession } from './with-session.js'

/**
 * Stored values × tokens that the oracle gets through in about ten minutes: 124 tokens of 600,000 values take 10 s on the
 * machine of docs/verdicts.md.
 */
export const mostWork = 4e9

/**
 * The oracle with every operation rounded to `dtype`, against a truth. `null` for a dtype that it does not know, as a
 * quantised one, and where it would take longer than anybody waits. Throws a `WorkerFault`.
 */
export async function measureOracleSpread(
  plan: RunPlan,
  item: PreparedCase,
  truth: Trace,
  dtype: string,
  signal: AbortSignal,
): Promise<Spread | null> {
  const id = { name: 'oracle', dtype }
  const oracle = plan.sources.find({ name: 'oracle' })
  if (!oracle.dtypes.includes(dtype) || (await countWork(item)) > mostWork) return null
  const { threads, timeouts } = plan
  const session = await oracle.open({ id, checkpoint: item.folder, threads, options: {}, timeouts }, signal)
  const inDtype = await withSession(session, (opened) => opened.observe(underTokens(item, truth), signal))
  return measureSpread(item.prompts, truth, inDtype, dtype, 'oracle')
}

/** Stored values × tokens. */
export async function countWork({ folder, prompts, generate }: PreparedCase): Promise<number> {
  const { tensors } = await openCheckpoint(folder)
  const values = [...tensors.values()].reduce((sum, { shape }) => sum + shape.reduce((one, other) => one * other, 1), 0)
  return values * prompts.reduce((sum, { tokens }) => sum + tokens.length + generate, 0)
}
