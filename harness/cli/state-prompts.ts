import { ParityError } from '../errors.js'
import { messagesSchema } from '../cases/case-schema.js'
import type { Message, StatedPrompt } from '../types.js'
import { parseTokens } from './parse.js'

/** Prompts as flags state them; each flag may be repeated. */
export interface PromptFlags {
  readonly tokens?: readonly string[]
  readonly text?: readonly string[]
  readonly chat?: readonly string[]
}

/** The prompts of a command line, numbered. @throws ParityError PARITY_USAGE */
export function statePrompts({ tokens = [], text = [], chat = [] }: PromptFlags): StatedPrompt[] {
  return [
    ...tokens.map((ids) => ({ tokens: parseTokens(ids) })),
    ...text.map((written) => ({ text: notEmpty(written) })),
    ...chat.map((written) => ({ chat: parseChat(notEmpty(written)) })),
  ].map((prompt, i) => ({ id: `prompt-${i + 1}`, ...prompt }))
}

function notEmpty(written: string): string {
  if (written !== '') return written
  throw new ParityError('PARITY_USAGE', 'the prompt is empty', 'Give at least one character.')
}

/** What a user says in one turn, or a whole chat as a JSON list of messages. */
function parseChat(written: string): readonly Message[] {
  if (!written.trimStart().startsWith('[')) return [{ role: 'user', content: written }]
  const parsed = messagesSchema.safeParse(parseJson(written))
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw notAChat(`${issue.path.join('.')}: ${issue.message}`)
}

function parseJson(written: string): unknown {
  try {
    return JSON.parse(written)
  } catch (error) {
    throw notAChat(error instanceof Error ? error.message : String(error))
  }
}

const notAChat = (why: string) =>
  new ParityError(
    'PARITY_USAGE',
    `--chat is not a list of messages: ${why}`,
    `Write what the user says, or a list such as '[{"role":"user","content":"Hello"}]'.`,
  )
