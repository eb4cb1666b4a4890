/** What a case file may hold. Each message completes `FILE: case.FIELD: `. */
import { z } from 'zod'
import { parseShards } from '../checkpoint/relayout/parse-shards.js'
import { ParityError } from '../errors.js'
import { isSourceId } from '../source-id.js'
import { checkNames, roles, type Case, type TokenizerCase } from '../types.js'

const filled = z.string().min(1, { error: 'is empty' })
const token = z.int({ error: 'a token id is a whole number' }).nonnegative({ error: 'a token id is not negative' })
const sourceName = z.string().refine(isSourceId, { error: 'is not name[@version][:device][/dtype]' })
const message = z.strictObject({ role: z.enum(roles), content: z.string() })

/** A chat, in the order of its turns. */
export const messagesSchema = z.array(message).min(1, { error: 'a chat has at least one message' })

const prompt = z
  .strictObject({
    id: z.string().regex(/^[\w-]+$/, { error: 'a prompt’s id is letters, digits, - and _' }),
    tokens: z.array(token).min(1, { error: 'a prompt has at least one token' }).optional(),
    text: filled.optional(),
    chat: messagesSchema.optional(),
  })
  .refine(({ tokens, text, chat }) => [tokens, text, chat].filter((given) => given !== undefined).length === 1, {
    error: 'a prompt has exactly one of tokens, text and chat',
  })

const frame = {
  id: z.string().regex(/^[\w.-]+(\/[\w.-]+)*$/, { error: 'an id is words of letters, digits, - _ . between slashes' }),
  checkpoint: filled,
  suite: z
    .string()
    .regex(/^[\w-]+$/, { error: 'a suite’s name is letters, digits, - and _' })
    .optional(),
  tags: z.array(filled).optional(),
  /** Editors look for it in JSON files. */
  $schema: z.string().optional(),
}

const relayout = z.strictObject({
  layout: z.enum(['pruned', 'redundant', 'mixed']).optional(),
  dtype: z.enum(['float32', 'float16', 'bfloat16']).optional(),
  shards: z.union([z.int(), z.string()]).superRefine(checkShards).optional(),
  prefix: z.enum(['model.', 'model.language_model.', 'language_model.', '']).optional(),
  config: z.enum(['new', 'old']).optional(),
  head: z.enum(['tied', 'untied']).optional(),
})

const release = z.strictObject({ version: filled, date: z.iso.date() })
const exhibitEngine = z.strictObject({ engine: sourceName, options: z.record(z.string(), z.unknown()).optional() })

const pattern = filled.refine(isPattern, { error: 'is not a regular expression' })

const exhibit = z.strictObject({
  title: filled,
  what: filled,
  link: z.url(),
  shipped: release,
  mended: release.nullable(),
  wrong: exhibitEngine,
  right: exhibitEngine,
  outcome: z.enum(['fail', 'error']),
  says: pattern,
  layer: z.int().nonnegative().optional(),
})

const modelCase = z.strictObject({
  ...frame,
  relayout: relayout.optional(),
  prompts: z
    .array(prompt)
    .min(1, { error: 'a case has at least one prompt' })
    .refine((prompts) => new Set(prompts.map(({ id }) => id)).size === prompts.length, {
      error: 'two prompts have the same id',
    }),
  generate: z.int().min(1),
  checks: z.array(z.enum(checkNames)).optional(),
  known: z
    .array(z.strictObject({ engine: sourceName, because: filled, link: z.url(), says: pattern.optional() }))
    .optional(),
  engines: z.array(sourceName).min(1, { error: 'is empty' }).optional(),
  options: z.record(z.string(), z.unknown()).optional(),
  nightly: z.array(sourceName).optional(),
  exhibit: exhibit.optional(),
})

const tokenizerCase = z.strictObject({
  ...frame,
  tokenizer: z
    .strictObject({
      texts: z.array(z.string()),
      chats: z.array(z.array(message)),
    })
    .refine(({ texts, chats }) => texts.length + chats.length > 0, {
      error: 'a tokenizer case has at least one text or chat',
    }),
})

/** A case, or in which field it is wrong and why. */
export function parseCase(value: unknown): { case: Case | TokenizerCase } | { field: string; why: string } {
  const isTokenizer = typeof value === 'object' && value !== null && 'tokenizer' in value
  const parsed = (isTokenizer ? tokenizerCase : modelCase).safeParse(value)
  if (parsed.success) {
    // That each prompt has one of its three forms was checked above, which zod's type does not say.
    return { case: parsed.data as unknown as Case | TokenizerCase }
  }
  const [issue] = parsed.error.issues
  const field = issue.path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`)).join('')
  return { field, why: issue.message }
}

function isPattern(source: string): boolean {
  try {
    return new RegExp(source).source !== ''
  } catch {
    return false
  }
}

/** The same words as `parity relayout --shards` has for it. */
function checkShards(stated: number | string, context: z.RefinementCtx): void {
  try {
    parseShards(stated)
  } catch (error) {
    if (!ParityError.is(error)) throw error
    context.addIssue({ code: 'custom', message: error.message })
  }
}

/** JSON Schema of a case file, for editors. */
export const caseJsonSchema = (): object => {
  const item = z.union([modelCase, tokenizerCase])
  return z.toJSONSchema(z.union([item, z.array(item)]))
}
