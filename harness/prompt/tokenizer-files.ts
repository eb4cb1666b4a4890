import { join } from 'node:path'
import { z } from 'zod'
import { parseGemma4Config } from '../checkpoint/config.js'
import { findContainedFile } from '../checkpoint/contained-file.js'
import { readBytes, withFile } from '../checkpoint/file-bytes.js'
import { readJson } from '../checkpoint/json-file.js'
import { damagedHint, unusable } from '../checkpoint/unusable.js'
import { knownTokens } from './check-tokens.js'

const addedToken = z.looseObject({
  id: z.int().nonnegative(),
  content: z.string(),
  special: z.boolean().default(false),
  normalized: z.boolean().optional(),
  single_word: z.boolean().optional(),
  lstrip: z.boolean().optional(),
  rstrip: z.boolean().optional(),
})

const tokenizerJson = z.looseObject({
  added_tokens: z.array(addedToken).nullish(),
  normalizer: z.unknown().nullable().default(null),
  pre_tokenizer: z.unknown().nullable().default(null),
  post_processor: z.unknown().nullable().default(null),
  decoder: z.unknown().nullable().default(null),
  model: z.looseObject({ type: z.string().nullish(), vocab: z.unknown(), merges: z.unknown() }),
})

const tokenizerConfig = z.looseObject({
  tokenizer_class: z.string().nullish(),
  split_special_tokens: z.boolean().nullish(),
  added_tokens_decoder: z.record(z.string(), z.looseObject({ content: z.string() })).nullish(),
})

const endOfSequence = z.looseObject({ eos_token_id: z.union([z.int(), z.array(z.int())]).nullish() })

/** A token beside the vocabulary: matched as a whole, wherever it stands in a text. */
export interface AddedToken {
  readonly id: number
  readonly content: string
  readonly special: boolean
  readonly normalized?: boolean | undefined
  readonly single_word?: boolean | undefined
  readonly lstrip?: boolean | undefined
  readonly rstrip?: boolean | undefined
}
export type TokenizerJson = z.output<typeof tokenizerJson>
export type TokenizerConfig = z.output<typeof tokenizerConfig>

/** What a checkpoint's folder says of its tokenizer. */
export interface TokenizerFiles {
  /** tokenizer.json as people know it, for messages. */
  readonly shown: string
  readonly json: TokenizerJson
  readonly config: TokenizerConfig
  /** chat_template.jinja, where there is one. */
  readonly jinja: string | undefined
  /** The template in chat_template.json, which older processors saved. */
  readonly processorTemplate: string | undefined
  /** The end-of-sequence tokens of generation_config.json. */
  readonly endTokens: readonly number[]
  /** How many tokens the model knows; `undefined` without a config.json. */
  readonly knownTokens: number | undefined
}

/** Reads them, and no file outside the folder. @throws ParityError PARITY_CHECKPOINT naming file and field */
export async function readTokenizerFiles(folder: string): Promise<TokenizerFiles> {
  const shown = join(folder, 'tokenizer.json')
  const json = await readShape(folder, 'tokenizer.json', tokenizerJson)
  if (json === undefined) {
    const hint =
      'Write the prompts as token ids, or save the tokenizer beside the weights: tokenizer.save_pretrained().'
    throw unusable(shown, 'is missing, and text needs a tokenizer', hint)
  }
  const ends = (await readShape(folder, 'generation_config.json', endOfSequence))?.eos_token_id ?? []
  const config = await findContainedFile(folder, 'config.json')
  const configShown = join(folder, 'config.json')
  return {
    shown,
    json,
    config: (await readShape(folder, 'tokenizer_config.json', tokenizerConfig)) ?? {},
    jinja: await readText(folder, 'chat_template.jinja'),
    processorTemplate: (await readShape(folder, 'chat_template.json', z.looseObject({ chat_template: z.string() })))
      ?.chat_template,
    endTokens: typeof ends === 'number' ? [ends] : ends,
    knownTokens:
      config === undefined
        ? undefined
        : knownTokens(parseGemma4Config(await readJson(config, configShown), configShown)),
  }
}

async function readShape<T>(folder: string, name: string, schema: z.ZodType<T>): Promise<T | undefined> {
  const file = await findContainedFile(folder, name)
  if (file === undefined) return undefined
  const shown = join(folder, name)
  const result = schema.safeParse(await readJson(file, shown))
  if (result.success) return result.data
  const [{ path, message }] = result.error.issues
  throw unusable(shown, `${path.map((part) => `${String(part)}: `).join('')}${message}`, damagedHint)
}

/** Far more than any chat template has: Gemma 4's own has 16 KB. */
const longestTemplate = 2 ** 20

async function readText(folder: string, name: string): Promise<string | undefined> {
  const file = await findContainedFile(folder, name)
  if (file === undefined) return undefined
  const shown = join(folder, name)
  return withFile(file, async (handle) => {
    const { size } = await handle.stat()
    if (size > longestTemplate)
      throw unusable(shown, `has ${size} bytes, over the limit of ${longestTemplate}`, damagedHint)
    try {
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(await readBytes(handle, shown, 0, size))
    } catch (cause) {
      if (cause instanceof TypeError) throw unusable(shown, 'is not UTF-8', damagedHint, cause)
      throw cause
    }
  })
}
