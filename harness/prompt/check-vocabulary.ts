import { unusable } from '../checkpoint/unusable.js'
import type { AddedToken, TokenizerFiles } from './tokenizer-files.js'

/**
 * Refuses a tokenizer that is not of the kind that Gemma has, or not of this model: an ordinary token with an id that
 * the model has no row for. Added tokens may lie beyond, as one of Gemma 3 does, for as long as no prompt has them.
 *
 * @throws ParityError PARITY_CHECKPOINT
 */
export function checkVocabulary({ shown, json, config, knownTokens = Infinity }: TokenizerFiles): void {
  const { type, vocab } = json.model
  const isBpe = type === 'BPE' || (!type && Array.isArray(json.model.merges))
  if (!isBpe) {
    const hint = 'Gemma 4 has a BPE tokenizer. Write the prompts as token ids instead.'
    throw unusable(shown, `the tokenizer model ${type ?? 'of no stated type'} is not known here`, hint)
  }
  if (config.split_special_tokens === true) {
    throw unusable(shown, 'split_special_tokens is not known here', 'Write the prompts as token ids instead.')
  }
  if (typeof vocab !== 'object' || vocab === null || Array.isArray(vocab)) {
    throw unusable(shown, 'model.vocab is not an object of tokens and ids', 'Save the tokenizer again.')
  }
  for (const [token, id] of Object.entries(vocab)) {
    const is = `the id of token ${JSON.stringify(token)} is ${String(id)}`
    if (!Number.isSafeInteger(id) || Number(id) < 0)
      throw unusable(shown, `${is}, no id at all`, 'Save the tokenizer again.')
    if (Number(id) < knownTokens) continue
    const hint = 'It is the tokenizer of another model: copy the right one, or write token ids.'
    throw unusable(shown, `${is}, but the model knows ${knownTokens} tokens only`, hint)
  }
}

/**
 * Refuses added tokens that the library would not find where Python does: whole words, and tokens that take the
 * whitespace beside them where whitespace itself is an added token. Gemma has neither.
 *
 * @throws ParityError PARITY_CHECKPOINT
 */
export function checkAddedTokens(tokens: readonly AddedToken[], shown: string): void {
  const spaces = tokens.some(({ content }) => content.trim() === '')
  const wrong = tokens.find(
    (token) => token.single_word === true || (spaces && (token.lstrip === true || token.rstrip === true)),
  )
  if (wrong === undefined) return
  const field = wrong.single_word === true ? 'single_word' : 'lstrip or rstrip beside tokens of whitespace'
  const what = `added token ${JSON.stringify(wrong.content)}: ${field} is not known here`
  throw unusable(shown, what, 'Write the prompts as token ids instead.')
}
