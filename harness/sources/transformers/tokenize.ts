import { join } from 'node:path'
import { ParityError } from '../../errors.js'
import { packageRoot } from '../../package-root.js'
import { WorkerHost } from '../../workers/host.js'
import type { TokenizeAnswer } from '../../workers/protocol.js'
import { tokenizeWith, type TokenizeTask } from '../../workers/tokenize.js'
import type { Timeouts } from '../source.js'
import { pythonEnvironment } from './environment.js'

/**
 * What Python's tokenizer makes of texts and chats, in a worker of its own that loads no weights. Throws a `WorkerFault`.
 *
 * @throws ParityError PARITY_SOURCE where the Python environment has not been made
 */
export async function tokenizeWithTransformers(
  { timeouts, ...task }: TokenizeTask & { readonly timeouts: Timeouts },
  signal?: AbortSignal,
): Promise<TokenizeAnswer> {
  const { python, ready } = await pythonEnvironment()
  if (!ready) {
    const message = 'the Python environment of transformers has not been made'
    throw new ParityError('PARITY_SOURCE', message, 'parity doctor --install transformers')
  }
  const worker = join(packageRoot, 'references/transformers/worker.py')
  const command = { file: python, args: [worker], env: { HF_HUB_OFFLINE: '1' } }
  await using host = await WorkerHost.start(command, timeouts, signal)
  return await tokenizeWith(host, task, signal)
}
