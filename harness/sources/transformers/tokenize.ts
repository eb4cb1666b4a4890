import type { TokenizeAnswer } from '../../workers/protocol.js'
import { tokenizeWith, type TokenizeTask } from '../../workers/tokenize.js'
import type { Timeouts } from '../source.js'
import { transformers } from './index.js'

/**
 * What Python's tokenizer makes of texts and chats, in a worker of its own that loads no weights. Throws a `WorkerFault`.
 *
 * @throws ParityError PARITY_SOURCE where the Python environment has not been made
 */
export async function tokenizeWithTransformers(
  { timeouts, ...task }: TokenizeTask & { readonly timeouts: Timeouts },
  signal?: AbortSignal,
): Promise<TokenizeAnswer> {
  await using host = await transformers.start({ name: transformers.name }, timeouts, signal)
  return await tokenizeWith(host, task, signal)
}
