import { join } from 'node:path'
import { unusable } from '../checkpoint/unusable.js'
import { ParityError } from '../errors.js'
import type { Message } from '../types.js'
import { compileChatTemplate, type RenderChat } from './chat-template.js'
import { checkAddedTokens, checkVocabulary } from './check-vocabulary.js'
import { decodeBytesLikePython } from './decode-bytes.js'
import { findChatTemplate } from './find-chat-template.js'
import { asGemmaTokenizer } from './gemma-tokenizer.js'
import { completeAddedTokens, isGemmaTokenizer, namedSpecialTokens } from './special-tokens.js'
import { Tokenizer as Library, type LibraryTokenizer } from './libraries.js'
import { readTokenizerFiles } from './tokenizer-files.js'
import { TookTooLong, withinTime } from './within-time.js'

/** A checkpoint's tokenizer and chat template, giving what Python transformers gives. */
export interface Tokenizer {
  /** As `tokenizer(text)`: with what the post-processor adds. Special tokens in the text become their ids. */
  readonly encode: (text: string) => number[]
  /** As `tokenizer(text, add_special_tokens=False)`, for a rendered chat: its template wrote them already. */
  readonly encodeRendered: (text: string) => number[]
  /** As `tokenizer.decode(ids)`: ids that no token has give nothing. */
  readonly decode: (ids: readonly number[], options?: { readonly skipSpecialTokens?: boolean }) => string
  /** As `apply_chat_template(messages, tokenize=False)`. Throws PARITY_USAGE or PARITY_CHECKPOINT. */
  readonly renderChat: (messages: readonly Message[], options?: { readonly addGenerationPrompt?: boolean }) => string
  /** Ends of a sequence or of a turn: a text that is shown to people stops before the first of them. */
  readonly endTokens: readonly number[]
  /** How many tokens the model knows; `undefined` without a config.json. An added token may have a higher id. */
  readonly knownTokens: number | undefined
}

/** In UTF-16 units: some 256 Ki tokens, the longest context of Gemma 4. */
const longestText = 2 ** 20
/** So long a text takes 15 seconds on a slow machine. */
const limitMs = 60_000
/** What the templates of Gemma 4, and of the versions before, end a turn with. */
const turnEnds = ['<turn|>', '<end_of_turn>']

/**
 * Opens the tokenizer of a checkpoint's folder. Nothing that it says is run but its regular expressions and its chat
 * template, each against the clock.
 *
 * @throws ParityError PARITY_CHECKPOINT for files that are missing, broken or of another model
 */
export async function openTokenizer(folder: string): Promise<Tokenizer> {
  const files = await readTokenizerFiles(folder)
  const { shown, config } = files
  checkVocabulary(files)
  const named = namedSpecialTokens(config)
  const added = completeAddedTokens(files.json, config)
  checkAddedTokens(added, shown)
  const json = { ...(isGemmaTokenizer(config) ? asGemmaTokenizer(files.json, named) : files.json), added_tokens: added }
  const library = build(json, shown)

  const special = new Set(added.flatMap(({ id, special }) => (special ? [id] : [])))
  const encode = (text: string, add_special_tokens: boolean): number[] => {
    if (text.length > longestText) {
      const message = `a text has ${text.length} characters, over the limit of ${longestText}`
      throw new ParityError('PARITY_USAGE', message, 'No Gemma 4 model reads that much: shorten the prompt.')
    }
    return onTime(shown, () => library.encode(text, { add_special_tokens }).ids)
  }
  let render: RenderChat | undefined
  return {
    encode: (text) => encode(text, true),
    encodeRendered: (text) => encode(text, false),
    decode(ids, { skipSpecialTokens = false } = {}) {
      const kept = ids.filter((id) => library.id_to_token(id) !== undefined && !(skipSpecialTokens && special.has(id)))
      if (kept.length === 0) return '' // The library refuses none.
      return onTime(shown, () => library.decode(kept, { clean_up_tokenization_spaces: false }))
    },
    renderChat(messages, { addGenerationPrompt = false } = {}) {
      render ??= compileChatTemplate(findChatTemplate(files, folder), named, join(folder, 'chat template'))
      return render(messages, addGenerationPrompt)
    },
    endTokens: [...new Set([...files.endTokens, ...[named.eos_token, named.eot_token, ...turnEnds].flatMap(idOf)])],
    knownTokens: files.knownTokens,
  }

  function idOf(content: string | undefined): number[] {
    return added.flatMap((token) => (token.content === content ? [token.id] : []))
  }
}

function build(json: object, shown: string): LibraryTokenizer {
  try {
    // The tokenizer's own configuration is applied to `json`; what is left of it concerns other models.
    const library = new Library(json, {})
    if (library.decoder !== null) library.decoder = decodeBytesLikePython(library.decoder)
    return library
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw unusable(shown, `cannot be used (${why})`, 'Save the tokenizer again, or write token ids.', cause)
  }
}

function onTime<Result>(shown: string, work: () => Result): Result {
  try {
    return withinTime(limitMs, work)
  } catch (cause) {
    if (!(cause instanceof TookTooLong)) throw cause
    const hint = 'Does its regular expression loop on the text? Write token ids instead.'
    throw unusable(shown, `encoding or decoding a text ${cause.message}`, hint, cause)
  }
}
