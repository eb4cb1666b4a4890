import { ParityError } from '../../errors.js'
import type { Tokenizer } from '../../prompt/open-tokenizer.js'

/**
 * The text that a server's tokenizer, which adds what the checkpoint's adds, turns into these ids.
 *
 * @throws ParityError PARITY_SOURCE where no text does
 */
export function writePrompt({ decode, encode }: Tokenizer, ids: readonly number[]): string {
  // The first one is what the tokenizer adds by itself, as Gemma's does; in the text it would come twice.
  for (const text of [decode(ids.slice(1)), decode(ids)]) {
    const back = encode(text)
    if (back.length === ids.length && back.every((id, i) => id === ids[i])) return text
  }
  const back = encode(decode(ids.slice(1)))
  const at = back.findIndex((id, i) => id !== ids[i])
  const place =
    at === -1 ? `${back.length} instead of ${ids.length}` : `token ${at} is ${back[at]} instead of ${ids[at] ?? 'none'}`
  throw new ParityError(
    'PARITY_SOURCE',
    `the server takes prompts as text only, and no text gives these ${ids.length} token ids: of their text, ${place}`,
    'Use a prompt that is the tokenizer’s own spelling of a text, or a server that takes token ids.',
  )
}
