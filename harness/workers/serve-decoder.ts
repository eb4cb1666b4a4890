/** A worker around two functions of an engine, for the package's users: references/decoder.py is its like in Python. */
import type { Progress } from '../types.js'
import type { Observed, WorkerIdentity } from './answer.js'
import { decode, type Decoded, type Row } from './decode.js'
import { logitTensors } from './logit-tensors.js'
import type { ObserveRequest, OpenRequest } from './protocol.js'
import { serveWorker } from './serve.js'

/** What an engine computes. Greedy generation, given tokens, prefill in pieces and uncached passes are made of it. */
export interface Decoder<Model, Cache extends object> {
  /** The model of a folder in Hugging Face layout; what it throws is the answer to `open`. */
  load(request: OpenRequest): Model | Promise<Model>
  /** A row of logits behind each of `tokens`, which follow those in `cache`: an empty object at first, to be filled. */
  forward(model: Model, tokens: readonly number[], cache: Partial<Cache>): readonly Row[] | Promise<readonly Row[]>
  /** Frees the model. */
  close?(model: Model): void | Promise<void>
  /** The engine's own greedy loop, if it is more than one around `forward` (speculation, a batch): what users run. */
  generate?(model: Model, prompt: readonly number[], count: number, chunk: number | null): Promise<Decoded>
}

/** Who it is; `gives` only where it is less than a cache can do: given tokens and prefill in pieces. */
export type DecoderIdentity = Omit<WorkerIdentity, 'gives'> & Partial<Pick<WorkerIdentity, 'gives'>>

/** Serves an engine until stdin ends, and then ends the process. */
export function serveDecoder<Model, Cache extends object>(
  identity: DecoderIdentity,
  decoder: Decoder<Model, Cache>,
): Promise<never> {
  const { source, devices } = identity
  let opened: { readonly model: Model } | null = null
  return serveWorker(
    { gives: ['logits', 'forced', 'chunks'], ...identity },
    {
      async open(request) {
        const { device } = request
        if (!devices.includes(device)) throw new Error(`${source} has no device ${device}, only ${devices.join(', ')}`)
        opened = { model: await decoder.load(request) }
        return { device, software: false }
      },
      observe(request, progress) {
        if (opened === null) throw new Error('observe came before open')
        return observe(decoder, opened.model, request, progress)
      },
      async close() {
        const closing = opened
        opened = null
        if (closing !== null) await decoder.close?.(closing.model)
      },
    },
  )
}

async function observe<Model, Cache extends object>(
  decoder: Decoder<Model, Cache>,
  model: Model,
  request: ObserveRequest,
  progress: Progress,
): Promise<Observed> {
  const { prompts, continuation, generate, chunk, topK } = request
  const given = prompts.map((_, k) => continuation?.[k] ?? [])
  const fed = prompts.map(({ length }, k) => length + given[k].length + Math.max(generate - 1, 0))
  const total = fed.reduce((sum, count) => sum + count, 0)
  let done = 0
  const all: Decoded[] = []
  for (const [k, prompt] of prompts.entries()) {
    const before = done
    const cache: Partial<Cache> = {}
    const feed = async (tokens: readonly number[]) => {
      const rows = checkRows(await decoder.forward(model, tokens, cache), tokens.length)
      progress((done += tokens.length), total)
      return rows
    }
    const own = generate > 0 ? await decoder.generate?.(model, prompt, generate, chunk) : undefined
    all.push(own ?? (await decode(feed, prompt, given[k], request)))
    done = before + fed[k]
  }
  const follows = generate > 0 || continuation !== null
  return {
    generated: all.map(({ tokens }) => tokens),
    tensors: all.flatMap(({ rows, steps }, k) => [
      ...tensorsOf(`${k}.`, request.logits === 'all' ? rows : rows.slice(-1), topK),
      ...(follows ? tensorsOf(`${k}.decode.`, steps, topK) : []),
    ]),
  }
}

function tensorsOf(prefix: string, rows: readonly Row[], topK: number | null) {
  const vocabulary = rows.at(0)?.length ?? 0
  const size = rows.length * vocabulary
  const flat = rows.some((row) => row instanceof Float64Array) ? new Float64Array(size) : new Float32Array(size)
  for (const [i, row] of rows.entries()) flat.set(row, i * vocabulary)
  return logitTensors(prefix, flat, vocabulary, topK)
}

/** @throws Error where `forward` left out a token, or its rows differ in length */
function checkRows(rows: readonly Row[], count: number): readonly Row[] {
  const lengths = [...new Set(rows.map(({ length }) => length))]
  if (rows.length === count && lengths.length === 1) return rows
  throw new Error(`forward gave ${rows.length} rows of ${lengths.join(' and ')} logits for ${count} tokens`)
}
