import type { Observation, Progress } from '../../types.js'
import { logitTensors, type NamedMatrix } from '../../workers/logit-tensors.js'
import { concatenate, type Model, type Sequence } from './model.js'

/** Logits of a prompt's positions, and of the steps behind it. */
interface Rows {
  readonly prompt: Float32Array[]
  readonly decode: Float32Array[]
}

/** Runs the prompts one after another, each in a context of its own. */
export async function observe(
  model: Model,
  request: Observation,
  progress: Progress,
): Promise<{ generated: number[][]; tensors: NamedMatrix[] }> {
  const lengths = request.prompts.map(
    (prompt, i) => prompt.length + (request.continuation?.[i].length ?? Math.max(request.generate - 1, 0)),
  )
  const total = lengths.reduce((sum, length) => sum + length, 0)
  let done = 0
  const advance = (tokens: number) => {
    done += tokens
    progress(done, total)
  }
  const generated: number[][] = []
  const tensors: NamedMatrix[] = []
  for (const [i, prompt] of request.prompts.entries()) {
    await using sequence = await model.open(lengths[i])
    const rows: Rows = { prompt: [], decode: [] }
    const forced = request.continuation?.[i] ?? null
    generated.push(
      request.cache
        ? await observeCached(sequence, prompt, forced, request, rows, advance)
        : await observeUncached(sequence, prompt, forced ?? [], request, rows, advance),
    )
    tensors.push(...logitTensors(`${i}.`, concatenate(rows.prompt), model.vocabulary, request.topK))
    if (request.generate > 0 || forced !== null)
      tensors.push(...logitTensors(`${i}.decode.`, concatenate(rows.decode), model.vocabulary, request.topK))
  }
  return { generated, tensors }
}

/** Prefill, in chunks if asked for, then one token at a time: the given ones, or those that the engine chooses. */
async function observeCached(
  sequence: Sequence,
  prompt: readonly number[],
  forced: readonly number[] | null,
  { chunk, generate, logits: wanted }: Observation,
  rows: Rows,
  advance: (tokens: number) => void,
): Promise<number[]> {
  const length = chunk ?? prompt.length
  let next = NaN
  for (let start = 0; start < prompt.length; start += length) {
    const tokens = prompt.slice(start, start + length)
    const isLast = start + length >= prompt.length
    // The engine is asked for at least one row of each piece.
    const result = await sequence.append(tokens, wanted === 'all' ? 0 : tokens.length - 1)
    if (wanted === 'all' || isLast) rows.prompt.push(result.logits)
    next = result.next
    advance(tokens.length)
  }
  const generated: number[] = []
  const count = forced === null ? generate - 1 : forced.length
  for (let i = 0; i < count; i++) {
    if (forced === null) generated.push(next)
    const result = await sequence.append([forced === null ? next : forced[i]], 0)
    rows.decode.push(result.logits)
    next = result.next
    advance(1)
  }
  if (forced === null && generate > 0) generated.push(next)
  return generated
}

/** One batch of prompt and continuation. */
async function observeUncached(
  sequence: Sequence,
  prompt: readonly number[],
  continuation: readonly number[],
  { logits: wanted }: Observation,
  rows: Rows,
  advance: (tokens: number) => void,
): Promise<number[]> {
  const tokens = [...prompt, ...continuation]
  const first = wanted === 'all' ? 0 : prompt.length - 1
  const { logits } = await sequence.append(tokens, first)
  const split = (prompt.length - first) * (logits.length / (tokens.length - first))
  rows.prompt.push(logits.subarray(0, split))
  rows.decode.push(logits.subarray(split))
  advance(tokens.length)
  return []
}
