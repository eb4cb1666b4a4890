import { ParityError } from '../errors.js'
import { WorkerFault } from '../workers/host.js'

/** Outside a run there is no verdict to hold a worker's failure: it becomes a broken set-up. */
export async function refuseFault<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof WorkerFault)) throw error
    const log = error.log.trim().split('\n').slice(-5).join('\n')
    throw new ParityError(
      'PARITY_WORKER',
      error.message,
      log === '' ? 'The source said nothing more.' : `The source’s last words:\n${log}`,
      { cause: error },
    )
  }
}
