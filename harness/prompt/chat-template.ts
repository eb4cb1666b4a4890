import { unusable } from '../checkpoint/unusable.js'
import { ParityError } from '../errors.js'
import type { Message } from '../types.js'
import { Environment, Interpreter, parse, tokenize } from './libraries.js'
import { printable } from './printable.js'
import { trimLikePython } from './python-whitespace.js'
import type { SpecialTokens } from './special-tokens.js'
import { formatTime } from './strftime.js'
import { withinTime } from './within-time.js'

/** A chat as the checkpoint's own template writes it. */
export type RenderChat = (messages: readonly Message[], addGenerationPrompt: boolean) => string

/** Of the rendered chat, in UTF-16 units: more than the longest context holds. */
const longest = 2 ** 24

/** What `raise_exception` said. */
class Refused extends Error {}

/**
 * Compiles a template for chats as `apply_chat_template` of transformers: `trim_blocks` and `lstrip_blocks`, the named
 * special tokens as variables, no tools and no documents. A template is a program of the checkpoint's: it can compute,
 * but reach no file, and one that takes 10 seconds or writes 16 Mi characters is stopped. Memory is bounded by Node's own
 * limit only. What it returns throws PARITY_USAGE for messages that the template refuses.
 *
 * @throws ParityError PARITY_CHECKPOINT for a template that is no template, or fails
 */
export function compileChatTemplate(
  template: string,
  specialTokens: SpecialTokens,
  shown: string,
  limitMs = 10_000,
): RenderChat {
  const source = template.replaceAll(/\r\n?/g, '\n') // As Jinja reads templates.
  const program = guard(shown, limitMs, () => parse(tokenize(source, { trim_blocks: true, lstrip_blocks: true })))
  return (messages, addGenerationPrompt) => {
    const { disguise, restore } = trimLikePython([source, ...messages.map(({ content }) => content)])
    const rendered = guard(shown, limitMs, () => {
      const environment = new Environment()
      const variables = {
        ...globals,
        ...specialTokens,
        messages: messages.map(({ role, content }) => ({ role, content: disguise(content) })),
        tools: null,
        documents: null,
        add_generation_prompt: addGenerationPrompt,
      }
      for (const [name, value] of Object.entries(variables)) environment.set(name, value)
      return String(new Interpreter(environment).run(program).value)
    })
    if (rendered.length <= longest) return restore(rendered)
    throw fail(shown, `it writes ${rendered.length} characters, over the limit of ${longest}`)
  }
}

/** What Jinja and transformers give every template. */
const globals = {
  true: true,
  True: true,
  false: false,
  False: false,
  none: null,
  None: null,
  raise_exception: (message: unknown) => {
    throw new Refused(String(message))
  },
  range: boundedRange,
  strftime_now: (format: string) => formatTime(new Date(), format),
}

/** As in Jinja's sandbox, which refuses longer ranges. */
const longestRange = 100_000

function boundedRange(first: number, end?: number, step = 1): number[] {
  const [start, stop] = end === undefined ? [0, first] : [first, end]
  const length = Math.max(0, Math.ceil((stop - start) / step))
  if (!(length <= longestRange)) throw new Error(`range() of ${length} numbers, over the limit of ${longestRange}`)
  return Array.from({ length }, (_, i) => start + i * step)
}

function guard<Result>(shown: string, limitMs: number, work: () => Result): Result {
  try {
    return withinTime(limitMs, work)
  } catch (error) {
    const why = shorten(error instanceof Error ? error.message : String(error))
    if (!(error instanceof Refused)) throw fail(shown, why, error)
    const hint = 'Change the messages: most templates want the roles user and assistant in turn, and begin with user.'
    throw new ParityError('PARITY_USAGE', `the chat template refuses the messages: ${why}`, hint, { cause: error })
  }
}

const fail = (shown: string, why: string, cause?: unknown) =>
  unusable(shown, `the chat template fails: ${why}`, 'Write the prompt as text or as token ids instead.', cause)

/** A message that a template may have made up, for people. */
const shorten = (text: string) => printable(text.length > 300 ? `${text.slice(0, 300)}…` : text)
