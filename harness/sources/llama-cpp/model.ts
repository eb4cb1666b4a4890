import { ParityError } from '../../errors.js'
import type { LlamaModel, LlamaSequence, NodeLlamaCpp } from './node-llama-cpp.js'
import { fileTypes, type LlamaDtype } from './types.js'

/** What `options` of the source may say. */
export interface ModelOptions {
  readonly threads: number
  /** ggml's name of a type for keys and values, `Q8_0`; else float32 for a float32 model, and llama.cpp's own F16. */
  readonly kvCacheType?: string
  /** Else off for a float32 model, and up to llama.cpp. */
  readonly flashAttention?: boolean
}

interface Result {
  /** [wanted positions, vocabulary] */
  readonly logits: Float32Array
  /** What the engine's greedy choice is behind the last position. */
  readonly next: number
}

/** A sequence of tokens with its own KV cache. */
export interface Sequence extends AsyncDisposable {
  /** Runs tokens in one batch behind those before; the logits of all from `first` on are wanted, at least one. */
  append(tokens: readonly number[], first: number): Promise<Result>
}

/** A GGUF in llama.cpp. */
export class Model implements AsyncDisposable {
  readonly vocabulary: number
  readonly adapter: string | null
  readonly #model: LlamaModel
  readonly #end: () => Promise<void>
  readonly #dtype: LlamaDtype
  readonly #options: ModelOptions

  private constructor(
    model: LlamaModel,
    vocabulary: number,
    adapter: string | null,
    dtype: LlamaDtype,
    options: ModelOptions,
    end: () => Promise<void>,
  ) {
    this.#model = model
    this.#end = end
    this.vocabulary = vocabulary
    this.adapter = adapter
    this.#dtype = dtype
    this.#options = options
  }

  /** @throws ParityError PARITY_SOURCE for a file of another type than `dtype`, and what llama.cpp says of one it refuses */
  static async load(
    library: NodeLlamaCpp,
    file: string,
    device: string,
    dtype: LlamaDtype,
    options: ModelOptions,
  ): Promise<Model> {
    const complaints: string[] = []
    const llama = await library.getLlama({
      gpu: device === 'cpu' ? false : device,
      build: 'never',
      skipDownload: true,
      progressLogs: false,
      maxThreads: options.threads,
      logLevel: 'warn',
      logger: (level, message) => {
        process.stderr.write(`${level}: ${message.trimEnd()}\n`)
        if (level === 'error') complaints.push(message.trim())
      },
    })
    const model = await llama
      .loadModel({ modelPath: file, gpuLayers: device === 'cpu' ? 0 : 'max' })
      .catch(async (error: unknown) => {
        await untilExplained(complaints)
        throw new Error(explain(complaints) ?? (error instanceof Error ? error.message : String(error)))
      })
    const { general, tokenizer } = model.fileInfo.metadata
    checkType(file, general.file_type, dtype)
    const vocabulary = tokenizer.ggml.tokens?.length ?? Infinity
    const adapter = device === 'cpu' ? null : ((await llama.getGpuDeviceNames())[0] ?? null)
    return new Model(model, vocabulary, adapter, dtype, options, () => llama.dispose())
  }

  /** An empty sequence with room for so many tokens, in a context of its own. */
  async open(length: number): Promise<Sequence> {
    const { threads, kvCacheType, flashAttention } = this.#options
    const isFloat32 = this.#dtype === 'float32'
    const kept = kvCacheType ?? (isFloat32 ? 'F32' : 'F16')
    const context = await this.#model.createContext({
      contextSize: length,
      batchSize: length,
      threads,
      flashAttention: flashAttention ?? (isFloat32 ? false : 'auto'),
      experimentalKvCacheKeyType: kept,
      experimentalKvCacheValueType: kept,
    })
    const sequence = context.getSequence()
    return {
      append: (tokens, first) => this.#append(sequence, tokens, first),
      [Symbol.asyncDispose]: () => context.dispose(),
    }
  }

  async #append(sequence: LlamaSequence, tokens: readonly number[], first: number): Promise<Result> {
    const unknown = tokens.find((token) => token >= this.vocabulary)
    if (unknown !== undefined) throw new RangeError(`token ${unknown}: the vocabulary has ${this.vocabulary}`)
    const rows: Float32Array[] = []
    let next: number | null = null
    await sequence.controlledEvaluate(
      tokens.map((token, i) => (i < first ? token : [token, { generateNext: { token: true, logits: true } }])),
      {
        onTokenResult(index, result) {
          const { token, logits } = result.next
          const row = new Float32Array(logits.size)
          for (const [id, value] of logits) row[id] = value
          // The engine's list of results holds on to it, and a map takes many times the memory of a row.
          logits.clear()
          rows[index - first] = row
          if (index === tokens.length - 1) next = token
        },
      },
    )
    if (next === null) throw new Error('llama.cpp chose no token: it has no logits')
    return { logits: concatenate(rows), next }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#end()
  }
}

/** The reason among what llama.cpp logged; what it throws is only that loading failed. */
const loadError = /error loading model: (.*)/s

/** What llama.cpp logs comes a moment behind the failure that it is about: waits for it, a second at most. */
async function untilExplained(complaints: readonly string[]): Promise<void> {
  for (let waited = 0; waited < 20 && !complaints.some((line) => loadError.test(line)); waited++)
    await new Promise((resolve) => setTimeout(resolve, 50))
}

function explain(complaints: readonly string[]): string | undefined {
  const said = complaints.map((line) => loadError.exec(line)?.[1])
  const last = said.findLast((line) => line !== undefined)
  if (last?.includes('failed to load model from') !== true) return last ?? complaints[0]
  // That says no more than that it failed; the reason stands before it.
  const cause = complaints.find((line) => !loadError.test(line) && !line.includes('failed to load model'))
  return cause === undefined ? last : `${last} (${cause})`
}

function checkType(file: string, found: number | undefined, dtype: LlamaDtype): void {
  if (found === undefined || found === fileTypes[dtype]) return
  const name = Object.entries(fileTypes).find(([, type]) => type === found)?.[0]
  throw new ParityError(
    'PARITY_SOURCE',
    `${file} is ${name ?? `of llama.cpp's file type ${found}`}, not ${dtype}`,
    name === undefined
      ? `Its types here are ${Object.keys(fileTypes).join(', ')}.`
      : `Ask for llama-cpp/${name}: the limits are those of the dtype.`,
  )
}

/** Arrays one behind another. */
export function concatenate(parts: readonly Float32Array[]): Float32Array {
  const whole = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}
