import type { Availability, SourceId } from '../types.js'
import { WorkerFault } from '../workers/host.js'
import type { Source } from './source.js'

/** Whether a source can run; one that fails when it is asked cannot. For where there is no verdict to say so. */
export async function checkSource(source: Source, id: SourceId): Promise<Availability> {
  try {
    return await source.check(id)
  } catch (error) {
    if (!(error instanceof WorkerFault)) throw error
    const fix = 'parity check-worker, and the command that the source is started with, says more'
    return { ok: false, why: error.message, fix }
  }
}
