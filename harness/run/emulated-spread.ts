/** The spread of roundings that no dtype of transformers has: those of quantised weights, and of a coarser activation. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { writeQuantisedCopy } from '../checkpoint/quantised-copy.js'
import { measureSpread } from '../compare/spread.js'
import type { Roundings } from '../sources/source.js'
import type { PreparedCase, Spread, Trace } from '../types.js'
import { underTokens } from './observations.js'
import type { RunPlan } from './plan.js'
import { withSession } from './with-session.js'

/**
 * The built-in engine on the CPU with these roundings and no others, against a truth. Its own error, that of float32, is
 * a hundredth of theirs. Throws a `WorkerFault`.
 */
export async function measureEmulatedSpread(
  plan: RunPlan,
  item: PreparedCase,
  truth: Trace,
  dtype: string,
  { weights, gelu }: Roundings,
  signal: AbortSignal,
): Promise<Spread> {
  const id = { name: 'onnxruntime', device: 'cpu' }
  const copy = weights === undefined ? null : await mkdtemp(join(tmpdir(), 'parity-quantised-'))
  try {
    if (weights !== undefined && copy !== null) await writeQuantisedCopy(item.folder, copy, weights)
    const { threads, timeouts } = plan
    const options = gelu === undefined ? {} : { gelu }
    const request = { id, checkpoint: copy ?? item.folder, threads, options, timeouts }
    const session = await plan.sources.find(id).open(request, signal)
    const rounded = await withSession(session, (opened) => opened.observe(underTokens(item, truth), signal))
    return measureSpread(item.prompts, truth, rounded, dtype, 'emulated')
  } finally {
    if (copy !== null) await rm(copy, { recursive: true, force: true })
  }
}
