import { logSumExp, topIndices } from '../../trace/logits.js'
import type { Observation } from '../../types.js'
import type { Sizes, Step } from './engine.js'

/** One matrix of a trace, named as the worker protocol names it. */
export interface Observed {
  readonly name: string
  readonly dtype: 'F32' | 'I64'
  readonly shape: readonly number[]
  readonly data: Float32Array | BigInt64Array
}

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
  ): Observed[] {
    const hasDecode = generate > 0 || continuation !== null
    const observed = [...logitTensors(`${prompt}.`, concatenate(this.#prompt), sizes.vocabulary, topK)]
    if (hasDecode)
      observed.push(...logitTensors(`${prompt}.decode.`, concatenate(this.#decode), sizes.vocabulary, topK))
    for (const [name, pieces] of this.#points) {
      const width = sizes.points?.get(name.replace(/^decode\./, '')) ?? 1
      observed.push(matrix(`${prompt}.${name}`, concatenate(pieces), width))
    }
    return observed
  }
}

/** Logits [rows, vocabulary], or of a large vocabulary the top K and the logarithm of the sum of all exponentials. */
export function logitTensors(
  prefix: string,
  logits: Float32Array,
  vocabulary: number,
  topK: number | null,
): Observed[] {
  if (topK === null) return [matrix(`${prefix}logits`, logits, vocabulary)]
  const count = logits.length / vocabulary
  const ids = new BigInt64Array(count * topK)
  const values = new Float32Array(count * topK)
  const sums = new Float32Array(count)
  for (let row = 0; row < count; row++) {
    const all = logits.subarray(row * vocabulary, (row + 1) * vocabulary)
    topIndices(all, topK).forEach((id, i) => {
      ids[row * topK + i] = BigInt(id)
      values[row * topK + i] = all[id]
    })
    sums[row] = logSumExp(all)
  }
  return [
    { name: `${prefix}top-k.ids`, dtype: 'I64', shape: [count, topK], data: ids },
    matrix(`${prefix}top-k.values`, values, topK),
    matrix(`${prefix}logsumexp`, sums, 1),
  ]
}

const matrix = (name: string, data: Float32Array, columns: number): Observed => ({
  name,
  dtype: 'F32',
  shape: [data.length / columns, columns],
  data,
})

function concatenate(parts: readonly Float32Array[]): Float32Array {
  const whole = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}
