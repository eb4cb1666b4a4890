import type { Message, TokenizerObservation } from '../types.js'
import { openTokenizer } from './open-tokenizer.js'

/** Texts and chats by the harness's own tokenizer. @throws ParityError PARITY_CHECKPOINT, PARITY_USAGE */
export async function observeTokenizer(
  folder: string,
  texts: readonly string[],
  chats: readonly (readonly Message[])[],
): Promise<TokenizerObservation> {
  const tokenizer = await openTokenizer(folder)
  const ids = texts.map((text) => tokenizer.encode(text))
  const rendered = chats.map((chat) => tokenizer.renderChat(chat, { addGenerationPrompt: true }))
  return {
    ids,
    rendered,
    chatIds: rendered.map((text) => tokenizer.encodeRendered(text)),
    decoded: ids.map((list) => tokenizer.decode(list)),
  }
}
