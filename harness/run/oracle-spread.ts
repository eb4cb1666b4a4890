/** The spread in a dtype that a recording has none for. */
import { measureSpread } from '../compare/spread.js'
import type { PreparedCase, Spread, Trace } from '../types.js'
import { estimateWork } from './estimate-work.js'
import { underTokens } from './observations.js'
import type { RunPlan } from './plan.js'
import { unwatched, type Watch } from './watch.js'
import { withSession } from './with-session.js'

/**
 * The oracle with every operation rounded to `dtype`, against a truth. `null` for a dtype that it does not know, as a
 * quantised one, and where it would take longer than it may. Throws a `WorkerFault`.
 */
export async function measureOracleSpread(
  plan: RunPlan,
  item: PreparedCase,
  truth: Trace,
  dtype: string,
  signal: AbortSignal,
  watch: Watch = unwatched,
): Promise<Spread | null> {
  const id = { name: 'oracle', dtype }
  const oracle = plan.sources.find({ name: 'oracle' })
  if (!oracle.dtypes.includes(dtype) || !(await oracle.check(id)).ok) return null
  const estimate = await estimateWork(oracle, id, item, plan.oracleMinutes)
  if (estimate !== null && estimate.refusal !== null) return null
  if (estimate?.isLong === true) watch.estimated(id, estimate.text)
  const { threads, timeouts } = plan
  const session = await oracle.open({ id, checkpoint: item.folder, threads, options: {}, timeouts }, signal)
  const inDtype = await withSession(session, (opened) =>
    opened.observe(underTokens(item, truth), signal, (done, total) => {
      watch.progress(id, done, total)
    }),
  )
  return measureSpread(item.prompts, truth, inDtype, dtype, 'oracle')
}
