import type { Observation } from '../../types.js'
import { logitTensors, namedMatrix, type NamedMatrix } from '../../workers/logit-tensors.js'
import type { Sizes, Step } from './engine.js'

/** What one prompt gave, pieced together from the passes it took. */
export class PromptRows {
  readonly #prompt: Float32Array[] = []
  readonly #decode: Float32Array[] = []
  readonly #points = new Map<string, Float32Array[]>()

  addPrompt(logits: Float32Array, points: Step['points'] = new Map()): void {
    this.#prompt.push(logits)
    for (const [name, data] of points) this.#addPoint(name, data)
  }

  addDecode(logits: Float32Array, points: Step['points'] = new Map()): void {
    this.#decode.push(logits)
    for (const [name, data] of points) this.#addPoint(`decode.${name}`, data)
  }

  #addPoint(name: string, data: Float32Array): void {
    this.#points.set(name, [...(this.#points.get(name) ?? []), data])
  }

  /** @param prompt its index, which names its tensors */
  tensors(
    prompt: number,
    sizes: Pick<Sizes, 'vocabulary'> & Partial<Sizes>,
    { topK, generate, continuation }: Observation,
  ): NamedMatrix[] {
    const hasDecode = generate > 0 || continuation !== null
    const observed = [...logitTensors(`${prompt}.`, concatenate(this.#prompt), sizes.vocabulary, topK)]
    if (hasDecode)
      observed.push(...logitTensors(`${prompt}.decode.`, concatenate(this.#decode), sizes.vocabulary, topK))
    for (const [name, pieces] of this.#points) {
      const width = sizes.points?.get(name.replace(/^decode\./, '')) ?? 1
      observed.push(namedMatrix(`${prompt}.${name}`, concatenate(pieces), width))
    }
    return observed
  }
}

function concatenate(parts: readonly Float32Array[]): Float32Array {
  const whole = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}
