import { z } from 'zod'
import type { AddedToken, TokenizerConfig, TokenizerJson } from './tokenizer-files.js'

/** The names under which every tokenizer of transformers keeps a token. */
const standardNames = ['bos_token', 'eos_token', 'unk_token', 'sep_token', 'pad_token', 'cls_token', 'mask_token']

/** What GemmaTokenizer takes where tokenizer_config.json names none. */
const gemmaDefaults = {
  unk_token: '<unk>',
  bos_token: '<bos>',
  eos_token: '<eos>',
  pad_token: '<pad>',
  mask_token: '<mask>',
}

const token = z
  .union([z.string(), z.looseObject({ content: z.string() })])
  .transform((stated) => (typeof stated === 'string' ? stated : stated.content))

/** Named tokens of a tokenizer, standard names first: `bos_token` → `<bos>`. A chat template is given all of them. */
export type SpecialTokens = Readonly<Record<string, string>>

/** Whether transformers builds the tokenizer with `GemmaTokenizer`, whatever else tokenizer.json says. */
export const isGemmaTokenizer = ({ tokenizer_class }: TokenizerConfig): boolean =>
  tokenizer_class === 'GemmaTokenizer' || tokenizer_class === 'GemmaTokenizerFast'

/** As `special_tokens_map` of transformers 5: the standard names, then the model's own `*_token` fields. */
export function namedSpecialTokens(config: TokenizerConfig): SpecialTokens {
  const extra = config.extra_special_tokens
  const specific = config.model_specific_special_tokens
  const own = { ...(isRecord(specific) ? specific : {}), ...config, ...(isRecord(extra) ? extra : {}) }
  const stated: Record<string, unknown> = { ...(isGemmaTokenizer(config) ? gemmaDefaults : {}), ...own }
  const extraNames = isRecord(extra) ? Object.keys(extra) : []
  const names = [...standardNames, ...Object.keys(own).filter((name) => name.endsWith('_token')), ...extraNames]
  return Object.fromEntries(
    names.flatMap((name) => {
      const parsed = token.safeParse(stated[name])
      return parsed.success ? [[name, parsed.data]] : []
    }),
  )
}

/**
 * The added tokens as transformers has them when it is done: those of tokenizer.json (of tokenizer_config.json, where
 * transformers 4 saved them), then special tokens that are only named in tokenizer_config.json. A token that the
 * vocabulary holds keeps its id, another one gets the next free id.
 */
export function completeAddedTokens(json: TokenizerJson, config: TokenizerConfig): AddedToken[] {
  const vocabulary = json.model.vocab as Readonly<Record<string, number>>
  const size = Object.keys(vocabulary).length
  const tokens: AddedToken[] = []
  const known = new Set<string>()
  const add = (added: Omit<AddedToken, 'id'>, stated?: number) => {
    if (known.has(added.content) || added.content === '') return
    known.add(added.content)
    const held = Object.hasOwn(vocabulary, added.content) ? vocabulary[added.content] : undefined
    tokens.push({ ...added, id: held ?? stated ?? nextId(tokens, size) })
  }

  const named = Object.values(namedSpecialTokens(config))
  const saved = Object.entries(config.added_tokens_decoder ?? {})
    .map(([id, stated]) => ({ special: false, ...stated, id: Number(id) }))
    .sort((a, b) => a.id - b.id)
  const rebuilt = isGemmaTokenizer(config)
  for (const added of rebuilt && saved.length > 0 ? saved : (json.added_tokens ?? [])) {
    add(rebuilt && named.includes(added.content) ? { ...added, special: true } : added, added.id)
  }
  for (const added of saved) add(added, added.id)
  for (const content of [...named, ...extraSpecialTokens(config)]) add({ content, special: true, normalized: false })
  return tokens
}

const nextId = (tokens: readonly AddedToken[], size: number) =>
  tokens.reduce((highest, { id }) => Math.max(highest, id + 1), size)

/** `extra_special_tokens`, which transformers 4 called `additional_special_tokens`. */
function extraSpecialTokens(config: TokenizerConfig): readonly string[] {
  const { extra_special_tokens: extra, additional_special_tokens: additional } = config
  const listed = Array.isArray(extra) && extra.length > 0 ? extra : additional
  return z.array(token).safeParse(listed).data ?? []
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
