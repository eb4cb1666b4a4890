import type { HostEdit } from '../../../defect.js'
import type { Cache, Decoder, Step } from '../engine.js'

/** The engine as a program with these mistakes drives it. */
export function driveWrongly(engine: Decoder, host: HostEdit): Decoder {
  let driven = engine
  if (host.chunk !== undefined) driven = new Chunked(driven, host.chunk)
  if (host.dropsFirst) driven = new Forgetting(driven)
  if (host.keepsCache) driven = new Leaking(driven)
  return driven
}

class Wrapped implements Decoder {
  protected readonly inner: Decoder
  constructor(inner: Decoder) {
    this.inner = inner
  }
  get sizes() {
    return this.inner.sizes
  }
  emptyCache(): Cache {
    return this.inner.emptyCache()
  }
  forward(tokens: readonly number[], cache: Cache, rows: readonly number[], points?: readonly string[]): Promise<Step> {
    return this.inner.forward(tokens, cache, rows, points)
  }
  release(cache: Cache): void {
    this.inner.release(cache)
  }
}

/** Takes prompts in pieces. */
class Chunked extends Wrapped {
  readonly #chunk: number
  constructor(inner: Decoder, chunk: number) {
    super(inner)
    this.#chunk = chunk
  }
  override async forward(tokens: readonly number[], cache: Cache, rows: readonly number[], points?: readonly string[]) {
    const steps: Step[] = []
    let next = cache
    for (let start = 0; start < tokens.length; start += this.#chunk) {
      const piece = tokens.slice(start, start + this.#chunk)
      const wanted = rows.filter((row) => row >= start && row < start + piece.length).map((row) => row - start)
      const step = await super.forward(piece, next, wanted, points)
      next = step.cache
      steps.push(step)
    }
    return joinSteps(steps)
  }
}

/** Forgets the first token of a prompt as soon as there is a second. */
class Forgetting extends Wrapped {
  override async forward(tokens: readonly number[], cache: Cache, rows: readonly number[], points?: readonly string[]) {
    if (cache.length > 0 || tokens.length === 0) return super.forward(tokens, cache, rows, points)
    const [first, ...rest] = tokens
    const alone = await super.forward(
      [first],
      cache,
      rows.filter((row) => row === 0),
      points,
    )
    this.release(alone.cache)
    if (rest.length === 0) return { ...alone, cache: { ...this.emptyCache(), length: 0 } }
    const later = rows.filter((row) => row > 0).map((row) => row - 1)
    return joinSteps([alone, await super.forward(rest, this.emptyCache(), later, points)])
  }
}

/** Begins a prompt with the cache that the last one left. */
class Leaking extends Wrapped {
  #left: Cache | null = null
  override emptyCache(): Cache {
    const left = this.#left ?? super.emptyCache()
    this.#left = null
    return left
  }
  override release(cache: Cache): void {
    this.#left = cache
  }
}

/** Rows of several passes as those of one. */
function joinSteps(steps: readonly Step[]): Step {
  const names = [...(steps[0]?.points.keys() ?? [])]
  return {
    logits: join(steps.map(({ logits }) => logits)),
    points: new Map(
      names.map((name) => [name, join(steps.map(({ points }) => points.get(name) ?? new Float32Array()))]),
    ),
    cache: steps[steps.length - 1].cache,
  }
}

function join(parts: readonly Float32Array[]): Float32Array {
  const whole = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}
