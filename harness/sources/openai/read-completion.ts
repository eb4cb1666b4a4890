/** The first choice of a completion: which tokens came, and the log-probabilities that they were chosen from. */
import { z } from 'zod'
import type { TokenNames } from './token-names.js'

/** The most likely tokens at one place, in falling order; a NaN comes first. */
export type Row = readonly { readonly token: number; readonly value: number }[]

export interface Completion {
  readonly tokens: readonly number[]
  /** What each of the tokens was chosen from. */
  readonly rows: readonly Row[]
  /** Behind each position of the prompt but the last; null where the server gave none. */
  readonly promptRows: readonly Row[] | null
  /** Tokens of the prompt, as the server counts them. */
  readonly promptTokens: number | null
  /** Names that are the text of no token, or of several: absent from the rows. */
  readonly unclear: number
  readonly fingerprint: string | null
}

/** A broken answer, as the second half of a sentence. */
export class BadCompletion extends Error {}

const value = z.union([
  z.number(),
  z.enum(['NaN', 'Infinity', '-Infinity']).transform(Number),
  z.null().transform(() => NaN),
])
const named = z.object({ id: z.int().optional(), token: z.string().optional(), logprob: value })
const modern = z.object({ content: z.array(named.extend({ top_logprobs: z.array(named).default([]) })) })
const legacy = z.object({
  tokens: z.array(z.string()),
  top_logprobs: z.array(z.record(z.string(), value).nullable()),
})
const completion = z.object({
  choices: z
    .array(
      z.object({
        text: z.string().nullish(),
        token_ids: z.array(z.int()).nullish(),
        logprobs: z.union([modern, legacy]).nullish(),
        prompt_logprobs: z.array(z.record(z.string(), z.object({ logprob: value })).nullable()).nullish(),
      }),
    )
    .min(1),
  usage: z.object({ prompt_tokens: z.int().optional(), completion_tokens: z.int().optional() }).nullish(),
  system_fingerprint: z.string().nullish(),
})

/** @throws BadCompletion */
export function readCompletion(answer: unknown, names: TokenNames): Completion {
  const parsed = completion.safeParse(answer)
  if (!parsed.success) {
    const { path, message } = parsed.error.issues[0]
    throw new BadCompletion(`the answer is no completion (${path.map(String).join('.')}: ${message})`)
  }
  const { usage, system_fingerprint } = parsed.data
  const [{ logprobs, token_ids, prompt_logprobs }] = parsed.data.choices
  if (!logprobs) throw new BadCompletion('the server gives no log-probabilities')
  const reader = new RowReader(names)
  const read = 'content' in logprobs ? reader.readModern(logprobs) : reader.readLegacy(logprobs)
  const counts = { tokens: token_ids?.length, 'usage.completion_tokens': usage?.completion_tokens }
  for (const [what, count] of Object.entries(counts)) {
    if (count !== undefined && count !== read.rows.length)
      throw new BadCompletion(`log-probabilities of ${read.rows.length} tokens, but ${count} by ${what}`)
  }
  const tokens = (token_ids ?? read.tokens).map((token, i) => {
    if (token === null) throw new BadCompletion(`token ${i} has a text that is that of no token, or of several`)
    return reader.checked(token)
  })
  // The first position has nothing before it, so that each row stands behind the position before its own.
  const promptRows = prompt_logprobs
    ?.slice(1)
    .map((row) => reader.row(Object.entries(row ?? {}).map(([id, { logprob }]) => [Number(id), logprob])))
  return {
    tokens,
    rows: read.rows,
    promptRows: promptRows ?? null,
    promptTokens: usage?.prompt_tokens ?? null,
    unclear: reader.unclear,
    fingerprint: system_fingerprint ?? null,
  }
}

class RowReader {
  unclear = 0
  readonly #names: TokenNames

  constructor(names: TokenNames) {
    this.#names = names
  }

  readModern({ content }: z.output<typeof modern>): { tokens: (number | null)[]; rows: Row[] } {
    const rows = content.map(({ top_logprobs }) =>
      this.row(top_logprobs.map((entry) => [this.#idOf(entry), entry.logprob])),
    )
    // mlx_lm.server names the first of a list in no order, whatever was chosen; elsewhere the first is the most likely.
    const tokens = content.map((entry, i) => {
      const own = this.#idOf(entry)
      const first = entry.top_logprobs.at(0)
      return first !== undefined && own === this.#idOf(first) ? (rows[i].at(0)?.token ?? own) : own
    })
    return { tokens, rows }
  }

  readLegacy({ tokens, top_logprobs }: z.output<typeof legacy>): { tokens: (number | null)[]; rows: Row[] } {
    const rows = top_logprobs.map((row) =>
      this.row(Object.entries(row ?? {}).map(([name, logprob]) => [this.#idOf({ token: name }), logprob])),
    )
    return { tokens: tokens.map((name) => this.#idOf({ token: name })), rows }
  }

  row(entries: readonly (readonly [number | null, number])[]): Row {
    const found = entries.flatMap(([token, value]) => {
      if (token === null) this.unclear++
      return token === null ? [] : [{ token: this.checked(token), value }]
    })
    return found.sort(
      (a, b) => Number(Number.isNaN(b.value)) - Number(Number.isNaN(a.value)) || b.value - a.value || a.token - b.token,
    )
  }

  checked(token: number): number {
    const { vocabulary } = this.#names
    if (token >= 0 && token < vocabulary) return token
    throw new BadCompletion(`the server names token ${token}, but the vocabulary of this checkpoint has ${vocabulary}`)
  }

  #idOf({ id, token }: { readonly id?: number | undefined; readonly token?: string | undefined }): number | null {
    return id ?? (token === undefined ? null : this.#names.find(token))
  }
}
