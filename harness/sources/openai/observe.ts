import pLimit from 'p-limit'
import { ParityError } from '../../errors.js'
import type { Progress } from '../../types.js'
import type { ObserveRequest } from '../../workers/protocol.js'
import type { Observed } from '../../workers/serve.js'
import type { Row } from './read-completion.js'
import type { ServedModel } from './served-model.js'

interface PromptRows {
  readonly generated: readonly number[]
  /** Behind the positions of the prompt: all of them, or the last one alone. */
  readonly prompt: readonly Row[]
  /** Behind each token fed. */
  readonly decode: readonly Row[]
}

/** Answers an observation by asking a server for completions. @throws ParityError for what it cannot give */
export async function observe(
  model: ServedModel,
  request: ObserveRequest,
  concurrency: number,
  progress: Progress,
): Promise<Observed> {
  const { prompts, continuation, generate, layers, chunk } = request
  if (layers !== false) throw unsupported('hidden states')
  if (chunk !== null) throw unsupported('prefill in pieces')
  if (continuation !== null && !model.manner.asTokens) throw unsupported('what follows given tokens')
  const limit = pLimit(concurrency)
  let done = 0
  const rows = await Promise.all(
    prompts.map((ids, i) =>
      limit(async () => {
        const given = continuation?.[i]
        const found = given === undefined ? await generateFrom(model, ids, generate, i) : await force(model, ids, given)
        progress(++done, prompts.length)
        return found
      }),
    ),
  )
  const topK = request.topK ?? model.manner.topK
  const follows = generate > 0 || continuation !== null
  return {
    generated: generate === 0 ? [] : rows.map(({ generated }) => generated),
    tensors: rows.flatMap(({ prompt, decode }, i) => [
      ...topTensors(`${i}.top-k`, request.logits === 'last' ? prompt.slice(-1) : prompt, topK),
      ...(follows ? topTensors(`${i}.decode.top-k`, decode, topK) : []),
    ]),
  }
}

/** The server's own greedy generation, of exactly `count` tokens: one that stops before is asked to go on. */
async function generateFrom(
  model: ServedModel,
  ids: readonly number[],
  count: number,
  index: number,
): Promise<PromptRows> {
  const wanted = Math.max(1, count)
  const first = await model.complete(ids, wanted, model.manner.isVllm && ids.length > 1)
  const tokens = [...first.tokens]
  const rows = [...first.rows]
  while (tokens.length < wanted) {
    log(`prompt ${index}: the server stopped after ${tokens.length} of ${wanted} tokens, and is asked to go on`)
    const more = await model.complete([...ids, ...tokens], wanted - tokens.length, false)
    if (more.tokens.length === 0) throw miscount(tokens.length, wanted, index)
    tokens.push(...more.tokens)
    rows.push(...more.rows)
  }
  if (tokens.length > wanted) throw miscount(tokens.length, wanted, index)
  if (first.unclear > 0) log(`prompt ${index}: ${first.unclear} candidates have a text that is not one token's`)
  return {
    generated: count === 0 ? [] : tokens,
    prompt: [...(first.promptRows ?? []), rows[0]],
    decode: count === 0 ? [] : rows.slice(1),
  }
}

/** What follows each of the given tokens: by the log-probabilities of one long prompt, or by a request a token. */
async function force(model: ServedModel, ids: readonly number[], given: readonly number[]): Promise<PromptRows> {
  const all = [...ids, ...given]
  if (model.manner.isVllm && all.length > 1) {
    const { promptRows, rows } = await model.complete(all, 1, true)
    const whole = [...(promptRows ?? []), rows[0]]
    return { generated: [], prompt: whole.slice(0, ids.length), decode: whole.slice(ids.length) }
  }
  const behind: Row[] = []
  for (let length = ids.length; length <= all.length; length++)
    behind.push((await model.complete(all.slice(0, length), 1, false)).rows[0])
  return { generated: [], prompt: behind.slice(0, 1), decode: behind.slice(1) }
}

/** Rows as two tensors; where the server gave fewer, token −1 and NaN. */
function topTensors(prefix: string, rows: readonly Row[], topK: number) {
  const columns = Array.from({ length: topK }, (_, column) => column)
  const shape = [rows.length, topK]
  const ids = rows.flatMap((row) => columns.map((column) => row.at(column)?.token ?? -1))
  const values = rows.flatMap((row) => columns.map((column) => row.at(column)?.value ?? NaN))
  return [
    { name: `${prefix}.ids`, dtype: 'I64' as const, shape, data: BigInt64Array.from(ids, BigInt) },
    { name: `${prefix}.values`, dtype: 'F32' as const, shape, data: Float32Array.from(values) },
  ]
}

/** To stderr, which is a worker's log. */
const log = (line: string) => process.stderr.write(`${line}\n`)

const unsupported = (what: string) =>
  new ParityError('PARITY_SOURCE', `the server gives no ${what}`, 'Compare it with an engine that runs in a worker.')

const miscount = (got: number, wanted: number, index: number) =>
  new ParityError(
    'PARITY_SOURCE',
    `the server gives ${got} tokens instead of ${wanted} for prompt ${index}`,
    'Does it stop at an end of sequence, or at a length of its own?',
  )
