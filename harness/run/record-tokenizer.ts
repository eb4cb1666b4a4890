/** What transformers' tokenizer answers for a tokenizer case, as it is recorded. */
import { identifyTokenizer } from '../checkpoint/identity.js'
import { compareTokenizer } from '../compare/compare-tokenizer.js'
import type { Timeouts } from '../sources/source.js'
import { transformers } from '../sources/transformers/index.js'
import { tokenizeWithTransformers } from '../sources/transformers/tokenize.js'
import { readTokenizerRecording, type TokenizerRecording } from '../trace/tokenizer-recording.js'
import type { TokenizerCase } from '../types.js'

export async function recordTokenizer(
  { id, tokenizer: { texts, chats } }: TokenizerCase,
  folder: string,
  command: string,
  timeouts: Timeouts,
  signal: AbortSignal,
): Promise<TokenizerRecording> {
  const { name } = transformers
  const { version, ...answers } = await tokenizeWithTransformers({ checkpoint: folder, texts, chats, timeouts }, signal)
  return {
    version: 1,
    case: id,
    tokenizer: await identifyTokenizer(folder),
    source: { name, version },
    command,
    recordedAt: new Date().toISOString(),
    texts: [...texts],
    chats: chats.map((chat) => [...chat]),
    answers,
  }
}

/** What a fresh recording has that the stored one has otherwise. @throws ParityError PARITY_RECORDING */
export async function checkTokenizerRecording(
  recordings: string,
  item: TokenizerCase,
  folder: string,
  fresh: TokenizerRecording,
): Promise<string[]> {
  const stored = await readTokenizerRecording(recordings, item.id, item.tokenizer, folder)
  const { first } = compareTokenizer(stored.answers, fresh.answers)
  return first === undefined ? [] : [`${first.kind} ${first.index} is another now`]
}
