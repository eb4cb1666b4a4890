import { logSumExp, topIndices } from '../../trace/logits.js'
import type { Observation } from '../../types.js'
import type { Step } from './engine.js'

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
  readonly #hidden = new Map<number, Float32Array[]>()

  addPrompt({ logits, hidden }: Pick<Step, 'logits' | 'hidden'>): void {
    this.#prompt.push(logits)
    for (const [layer, data] of hidden) this.#hidden.set(layer, [...(this.#hidden.get(layer) ?? []), data])
  }

  addDecode(logits: Float32Array): void {
    this.#decode.push(logits)
  }

  /** @param prompt its index, which names its tensors */
  tensors(
    prompt: number,
    sizes: { vocabulary: number; hidden: number },
    { topK, generate, continuation }: Observation,
  ): Observed[] {
    const hasDecode = generate > 0 || continuation !== null
    const observed = [...logitTensors(`${prompt}.`, concatenate(this.#prompt), sizes.vocabulary, topK)]
    if (hasDecode)
      observed.push(...logitTensors(`${prompt}.decode.`, concatenate(this.#decode), sizes.vocabulary, topK))
    for (const [layer, parts] of this.#hidden) {
      observed.push(matrix(`${prompt}.layers.${layer}`, concatenate(parts), sizes.hidden))
    }
    return observed
  }
}

/** Logits [rows, vocabulary], or of a large vocabulary the top K and the logarithm of the sum of all exponentials. */
function logitTensors(prefix: string, logits: Float32Array, vocabulary: number, topK: number | null): Observed[] {
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
