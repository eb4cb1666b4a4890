import type { TokenizerProbe } from '../types.js'
import { WorkerFault, type WorkerHost } from './host.js'
import type { TokenizeAnswer } from './protocol.js'

export interface TokenizeTask extends TokenizerProbe {
  /** Folder of the checkpoint whose tokenizer it is. */
  readonly checkpoint: string
}

/** What a worker's tokenizer makes of texts and chats. Throws a `WorkerFault`, also for a source that has none. */
export async function tokenizeWith(
  host: WorkerHost,
  task: TokenizeTask,
  signal?: AbortSignal,
): Promise<TokenizeAnswer> {
  const { source, gives } = host.hello
  if (!gives.includes('tokenize')) {
    throw new WorkerFault('refused', 'observe', `${source} does not tokenize`, { errorCode: 'unsupported' }, host.log)
  }
  const { checkpoint, texts, chats } = task
  return host.tokenize({ checkpoint, texts: [...texts], chats: chats.map((chat) => [...chat]) }, signal)
}
