import { argmax } from '../../trace/logits.js'
import type { Observation, Progress } from '../../types.js'
import type { NamedMatrix } from '../../workers/logit-tensors.js'
import type { Decoder, Step } from './engine.js'
import { PromptRows } from './prompt-rows.js'

export interface ObservationResult {
  readonly generated: readonly (readonly number[])[]
  readonly tensors: readonly NamedMatrix[]
}

/** Runs the prompts one after another, each from an empty cache. */
export async function observe(engine: Decoder, request: Observation, progress: Progress): Promise<ObservationResult> {
  const generated: number[][] = []
  const tensors: NamedMatrix[] = []
  const total = request.prompts.reduce((sum, prompt, i) => sum + prompt.length + decodedTokens(request, i), 0)
  let done = 0
  const advance = (tokens: number) => {
    done += tokens
    progress(done, total)
  }
  for (const [i, prompt] of request.prompts.entries()) {
    const rows = new PromptRows()
    const forced = request.continuation?.[i] ?? null
    const tokens = request.cache
      ? await observeCached(engine, prompt, forced, request, rows, advance)
      : await observeUncached(engine, prompt, forced ?? [], request, rows, advance)
    generated.push(tokens)
    tensors.push(...rows.tensors(i, engine.sizes, request))
  }
  return { generated, tensors }
}

const decodedTokens = (request: Observation, prompt: number) =>
  request.continuation?.[prompt].length ?? Math.max(request.generate - 1, 0)

/** Prefill, in chunks if asked for, then one token at a time: the given ones, or greedily the engine's own. */
async function observeCached(
  engine: Decoder,
  prompt: readonly number[],
  forced: readonly number[] | null,
  request: Observation,
  rows: PromptRows,
  advance: (tokens: number) => void,
): Promise<number[]> {
  const { vocabulary } = engine.sizes
  const points = wantedPoints(engine, request)
  const chunk = request.chunk ?? prompt.length
  let cache = engine.emptyCache()
  let last: Float32Array | null = null
  for (let start = 0; start < prompt.length; start += chunk) {
    const tokens = prompt.slice(start, start + chunk)
    const isLast = start + chunk >= prompt.length
    const wanted = request.logits === 'all' ? [...tokens.keys()] : isLast ? [tokens.length - 1] : []
    const step = await engine.forward(tokens, cache, wanted, points)
    cache = step.cache
    rows.addPrompt(step.logits, step.points)
    last = step.logits
    advance(tokens.length)
  }

  const generated: number[] = []
  const next = () => {
    if (last === null) throw new Error('an empty prompt reached the engine')
    const token = argmax(last.subarray(last.length - vocabulary))
    generated.push(token)
    return token
  }
  const count = forced === null ? request.generate - 1 : forced.length
  for (let i = 0; i < count; i++) {
    const step = await engine.forward([forced === null ? next() : forced[i]], cache, [0], request.parts ? points : [])
    cache = step.cache
    rows.addDecode(step.logits, step.points)
    last = step.logits
    advance(1)
  }
  if (forced === null && request.generate > 0) next()
  engine.release(cache)
  return generated
}

/** One pass over prompt and continuation. */
async function observeUncached(
  engine: Decoder,
  prompt: readonly number[],
  continuation: readonly number[],
  request: Observation,
  rows: PromptRows,
  advance: (tokens: number) => void,
): Promise<number[]> {
  const tokens = [...prompt, ...continuation]
  const first = request.logits === 'all' ? 0 : prompt.length - 1
  const wanted = Array.from({ length: tokens.length - first }, (_, i) => first + i)
  const step = await engine.forward(tokens, engine.emptyCache(), wanted, wantedPoints(engine, request))
  engine.release(step.cache)
  const split = (prompt.length - first) * engine.sizes.vocabulary
  rows.addPrompt(step.logits.subarray(0, split), rowsOf(step, engine, 0, prompt.length))
  const decoded = request.parts ? rowsOf(step, engine, prompt.length, tokens.length) : new Map<string, Float32Array>()
  rows.addDecode(step.logits.subarray(split), decoded)
  advance(tokens.length)
  return []
}

/** What one pass gave at positions `first … end`, [positions, width] by name. */
function rowsOf({ points }: Step, { sizes }: Decoder, first: number, end: number): Map<string, Float32Array> {
  return new Map(
    [...points].map(([name, data]) => {
      const width = sizes.points.get(name) ?? 0
      return [name, data.subarray(first * width, end * width)]
    }),
  )
}

/** The outputs of the layers asked for; with `parts` also what is inside of them, before the first and behind the last. */
function wantedPoints({ sizes }: Decoder, { layers, parts = false }: Observation): readonly string[] {
  if (layers === false) return []
  return [...sizes.points.keys()].filter((name) => {
    const [, layer, part] = /^layers\.(\d+)(\..+)?$/.exec(name) ?? []
    if (layer === undefined) return parts
    return (part === undefined || parts) && (layers === 'all' || layers.includes(Number(layer)))
  })
}
