/** What a server is asked with, found out by asking it. */
import { z } from 'zod'
import { TransientFault } from '../../checkpoint/hub/retry.js'
import { ParityError } from '../../errors.js'
import type { Tokenizer } from '../../prompt/open-tokenizer.js'
import type { Connection } from './connection.js'
import { writePrompt } from './prompt-text.js'
import { BadCompletion, readCompletion, type Completion } from './read-completion.js'
import type { ServerAlias } from './server-alias.js'
import { Refused, serverFault } from './server-fault.js'
import type { TokenNames } from './token-names.js'

/** How a server is to be asked for completions. */
export interface Manner {
  /** Whether prompts are sent as token ids. */
  readonly asTokens: boolean
  /** How it is asked for log-probabilities: by a number of them, or by a flag and a number. */
  readonly flagged: boolean
  /** The most candidates that it gives. */
  readonly topK: number
  /** Whether it goes on behind an end of sequence when it is asked to, and gives the prompt's log-probabilities. */
  readonly isVllm: boolean
}

export interface ServedModel {
  readonly manner: Manner
  /** Of the server; what it does not say is `unknown`. */
  readonly version: string
  /** @param count of tokens; @param withPrompt whether the prompt's log-probabilities are wanted too */
  complete(ids: readonly number[], count: number, withPrompt: boolean): Promise<Completion>
}

const models = z.object({ data: z.array(z.object({ id: z.string(), owned_by: z.string().nullish() })) })
/** Candidates asked for, most first: `top_logprobs` of OpenAI ends at 20, of mlx_lm.server at 11, older ones at 5. */
const counts = [20, 11, 10, 5]
const path = 'completions'

/** Finds out how a server wants to be asked. @throws ParityError PARITY_SOURCE where no way gives log-probabilities */
export async function findServedModel(
  connection: Connection,
  alias: ServerAlias,
  wanted: string | undefined,
  tokenizer: () => Promise<Tokenizer>,
  names: TokenNames,
): Promise<ServedModel> {
  const where = new URL(path, connection.base).href
  const listed = await listModels(connection, wanted === undefined)
  const model = wanted ?? listed.find(() => listed.length === 1)?.id
  if (model === undefined) {
    const what = listed.length === 0 ? 'it lists none' : `it lists ${listed.map(({ id }) => id).join(', ')}`
    throw serverFault(where, `which model is meant is not said, and ${what}`, 'Name one as model of the alias.')
  }
  const isVllm = listed.some(({ owned_by }) => owned_by === 'vllm')
  const body = { model, temperature: 0, stream: false }

  async function ask(ids: readonly number[], count: number, withPrompt: boolean, manner: Manner) {
    const { asTokens, flagged, topK } = manner
    const answer = await connection.ask(path, {
      ...body,
      prompt: asTokens ? ids : writePrompt(await tokenizer(), ids),
      max_tokens: count,
      ...(flagged ? { logprobs: true, top_logprobs: topK } : { logprobs: topK }),
      ...(isVllm ? { ignore_eos: true, return_tokens_as_token_ids: true, return_token_ids: true } : {}),
      ...(withPrompt ? { prompt_logprobs: topK } : {}),
    })
    try {
      return checkPrompt(readCompletion(answer, names), ids, withPrompt)
    } catch (error) {
      if (!(error instanceof BadCompletion)) throw error
      throw serverFault(where, error.message, 'The server cannot be compared as it is.', error)
    }
  }

  /** Some ids that any vocabulary has, or the ids of a short text. */
  const probe = async (asTokens: boolean) => (asTokens ? [2, 3, 4, 5, 6] : (await tokenizer()).encode('a b c'))
  const forms = alias.prompt === undefined ? [true, false] : [alias.prompt === 'tokens']
  const ways = forms.flatMap((asTokens) =>
    [false, true].flatMap((flagged) => counts.map((topK) => ({ asTokens, flagged, topK, isVllm }))),
  )
  let first: unknown = null
  let dropped = false
  for (const way of ways) {
    if (dropped && way.asTokens) continue
    try {
      const { fingerprint } = await ask(await probe(way.asTokens), 1, isVllm, way)
      const version = await findVersion(connection, isVllm, fingerprint)
      return {
        manner: way,
        version,
        complete: (ids, count, withPrompt) => ask(ids, count, withPrompt, way).catch(explain),
      }
    } catch (error) {
      const cause = ParityError.is(error) ? error.cause : error
      // mlx_lm.server drops the connection over token ids.
      const isDropped = cause instanceof TransientFault && cause.cause !== undefined && way.asTokens && forms.length > 1
      if (isDropped) dropped = true
      else if (!(cause instanceof Refused || cause instanceof BadCompletion)) throw error
      // What is wrong is best said of the way that all the others are variations of.
      first ??= error
    }
  }
  if (!(first instanceof Refused)) throw first
  const known = listed.length === 0 ? 'It lists no models.' : `It serves ${listed.map(({ id }) => id).join(', ')}.`
  throw new ParityError('PARITY_SOURCE', `${first.message} (asked for model ${model})`, known, { cause: first })
}

/** What it refuses amid an observation. */
function explain(error: unknown): never {
  if (!(error instanceof Refused)) throw error
  const hint = 'It answered before: is the prompt too long for it? Its own log says more.'
  throw new ParityError('PARITY_SOURCE', error.message, hint, { cause: error })
}

/** A list that fails does not matter where the model is named: mlx_lm.server's does so without a Hugging Face cache. */
async function listModels(connection: Connection, isNeeded: boolean) {
  try {
    const parsed = models.safeParse(await connection.ask('models', undefined, isNeeded ? undefined : 0))
    return parsed.success ? parsed.data.data : []
  } catch (error) {
    if (!isNeeded || error instanceof Refused) return [] // Not every server has a list.
    throw error
  }
}

/** @throws BadCompletion where the server read another prompt than it was sent */
function checkPrompt(completion: Completion, ids: readonly number[], withPrompt: boolean): Completion {
  const { promptTokens, promptRows } = completion
  if (promptTokens !== null && promptTokens !== ids.length)
    throw new BadCompletion(`the server counts ${promptTokens} tokens in a prompt of ${ids.length}`)
  if (withPrompt && promptRows?.length !== ids.length - 1) {
    const got = promptRows === null ? 'none' : `those of ${promptRows.length + 1} positions`
    throw new BadCompletion(`log-probabilities of a prompt of ${ids.length} were asked for, and ${got} came`)
  }
  return completion
}

/** vLLM tells its version, and mlx_lm.server begins its fingerprint with it. */
async function findVersion(connection: Connection, isVllm: boolean, fingerprint: string | null): Promise<string> {
  if (!isVllm) return /^\d+(\.\d+)+/.exec(fingerprint ?? '')?.[0] ?? 'unknown'
  const answer = z
    .object({ version: z.string() })
    .safeParse(await connection.ask('/version', undefined, 0).catch(() => null))
  return answer.success ? answer.data.version : 'unknown'
}
