import { ParityError } from '../../errors.js'
import type { TokenizeAnswer } from '../../workers/protocol.js'
import { tokenizeWith, type TokenizeTask } from '../../workers/tokenize.js'
import type { Timeouts } from '../source.js'
import { pythonEnvironment } from './environment.js'
import { startWorker } from './start-worker.js'

/**
 * What Python's tokenizer makes of texts and chats, in a worker of its own that loads no weights. Throws a `WorkerFault`.
 *
 * @throws ParityError PARITY_SOURCE where the Python environment has not been made
 */
export async function tokenizeWithTransformers(
  { timeouts, ...task }: TokenizeTask & { readonly timeouts: Timeouts },
  signal?: AbortSignal,
): Promise<TokenizeAnswer> {
  const { ready } = await pythonEnvironment()
  if (!ready) {
    const message = 'the Python environment of transformers has not been made'
    throw new ParityError('PARITY_SOURCE', message, 'parity doctor --install transformers')
  }
  await using host = await startWorker(false, timeouts, signal)
  return await tokenizeWith(host, task, signal)
}
