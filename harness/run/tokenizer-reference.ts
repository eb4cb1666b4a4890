import type { LoadedCase } from '../cases/load-cases.js'
import { locateCheckpoint, type FetchProgress } from '../checkpoint/locate-checkpoint.js'
import { ParityError } from '../errors.js'
import { formatSourceId } from '../source-id.js'
import { transformers } from '../sources/transformers/index.js'
import { tokenizeWithTransformers } from '../sources/transformers/tokenize.js'
import { hasTokenizerRecording, readTokenizerRecording } from '../trace/tokenizer-recording.js'
import type { TokenizerCase, TokenizerObservation } from '../types.js'
import type { RunPlan } from './plan.js'

/** A tokenizer case made ready: where its files are, and what transformers answers. */
export interface TokenizerReference {
  readonly item: LoadedCase & TokenizerCase
  readonly folder: string
  /** `transformers@5.23.0, recorded` */
  readonly name: string
  readonly expected: () => Promise<TokenizerObservation>
}

/** @throws ParityError where the recording is of something else, or there is none and transformers cannot run here */
export async function openTokenizerReference(
  plan: RunPlan,
  item: LoadedCase & TokenizerCase,
  signal: AbortSignal,
  progress: FetchProgress,
): Promise<TokenizerReference> {
  const folder = await locateCheckpoint(item.checkpoint, signal, progress)
  const { texts, chats } = item.tokenizer
  const isLive = plan.reference?.name === 'transformers'
  if (!isLive && hasTokenizerRecording(plan.recordings, item.id)) {
    const { source, answers } = await readTokenizerRecording(plan.recordings, item.id, item.tokenizer, folder)
    return { item, folder, name: `${formatSourceId(source)}, recorded`, expected: () => Promise.resolve(answers) }
  }
  const available = await transformers.check({ name: 'transformers' })
  if (!available.ok)
    throw new ParityError(
      'PARITY_RECORDING',
      `${item.id} is not recorded, and transformers cannot be asked: ${available.why}`,
      available.fix,
    )
  const name = formatSourceId({ name: 'transformers', version: available.version })
  const request = { checkpoint: folder, texts, chats, timeouts: plan.timeouts }
  return { item, folder, name, expected: () => tokenizeWithTransformers(request, signal) }
}
