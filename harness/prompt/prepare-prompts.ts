import { ParityError } from '../errors.js'
import type { Prompt, StatedPrompt } from '../types.js'
import { openTokenizer, type Tokenizer } from './open-tokenizer.js'

/**
 * Prompts in token ids: ids as they are stated, text by the checkpoint's tokenizer, a chat by its template and with the
 * generation prompt. The tokenizer is opened only if some prompt needs it.
 *
 * @throws ParityError PARITY_USAGE naming a prompt that gives no tokens or that the template refuses
 * @throws ParityError PARITY_CHECKPOINT for a tokenizer that cannot be used, or is of another model
 */
export async function preparePrompts(folder: string, prompts: readonly StatedPrompt[]): Promise<Prompt[]> {
  let opened: Promise<Tokenizer> | undefined
  const prepared: Prompt[] = []
  for (const prompt of prompts) {
    if ('tokens' in prompt) prepared.push({ id: prompt.id, tokens: prompt.tokens })
    else prepared.push({ id: prompt.id, tokens: naming(prompt.id, await (opened ??= openTokenizer(folder)), prompt) })
  }
  return prepared
}

type Written = Exclude<StatedPrompt, { readonly tokens: readonly number[] }>

function naming(id: string, tokenizer: Tokenizer, prompt: Written): number[] {
  try {
    return tokenise(tokenizer, prompt)
  } catch (error) {
    if (!ParityError.is(error)) throw error
    throw new ParityError(error.code, `prompt '${id}': ${error.message}`, error.hint, { cause: error })
  }
}

function tokenise(tokenizer: Tokenizer, prompt: Written): number[] {
  if ('chat' in prompt && prompt.chat.length === 0) {
    throw new ParityError('PARITY_USAGE', 'the chat has no message', 'A chat has at least one.')
  }
  const tokens =
    'chat' in prompt
      ? tokenizer.encodeRendered(tokenizer.renderChat(prompt.chat, { addGenerationPrompt: true }))
      : tokenizer.encode(prompt.text)
  if (tokens.length === 0) throw new ParityError('PARITY_USAGE', 'it gives no tokens', 'Write some text.')

  const { knownTokens = Infinity } = tokenizer
  const unknown = tokens.find((token) => !(token < knownTokens))
  if (unknown === undefined) return tokens
  const message = `the tokenizer gives token ${unknown}, but the model knows ${knownTokens} tokens only`
  throw new ParityError('PARITY_CHECKPOINT', message, 'Leave that token out, or copy the tokenizer of this very model.')
}
