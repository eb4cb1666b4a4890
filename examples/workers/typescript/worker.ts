/**
 * An engine as a worker, to copy: replace `load`, `forward` and what `serveWorker` is told of it.
 *
 * Here the engine is no Gemma: it adds up the embeddings of all tokens, older ones by half, and multiplies the sum with
 * each of them. `npx parity check-worker npx tsx worker.ts` checks it.
 */
import { readFileSync } from 'node:fs'
import { serveWorker } from 'transformers-parity/worker'

type Model = readonly Float32Array[]
/** What is kept of the tokens so far. */
type Cache = { state?: Float32Array }

/** The model of a checkpoint; whatever it throws is the answer to `open`. */
function load(folder: string): Model {
  const file = readFileSync(`${folder}/model.safetensors`)
  const start = 8 + Number(file.readBigUInt64LE(0))
  const header = JSON.parse(file.toString('utf8', 8, start))
  const { dtype, shape, data_offsets } = header['model.embed_tokens.weight']
  if (dtype !== 'BF16') throw new Error(`the embeddings are ${dtype}, not BF16`)
  const bytes = file.subarray(start + data_offsets[0])
  // A bfloat16 is the upper half of a float32.
  const value = (i: number) => new Float32Array(Uint32Array.of(bytes.readUInt16LE(2 * i) << 16).buffer)[0]
  const [count, width] = shape
  return Array.from({ length: count }, (_, row) =>
    Float32Array.from({ length: width }, (_, i) => value(row * width + i)),
  )
}

/** The logits behind each of `tokens`, which follow those in `cache` and are added to it. */
function forward(model: Model, tokens: readonly number[], cache: Cache): Float32Array[] {
  return tokens.map((token) => {
    const { state: before } = cache
    const state = model[token].map((value, i) => value + (before?.[i] ?? 0) / 2)
    cache.state = state
    return Float32Array.from(model, (row) => row.reduce((sum, value, i) => sum + value * state[i], 0))
  })
}

let model: Model = []

await serveWorker(
  { source: 'my-engine', version: '1.0.0', devices: ['cpu'], dtypes: ['float32'], gives: ['logits', 'forced'] },
  {
    async open({ checkpoint, device }) {
      model = load(checkpoint)
      return { device, software: false }
    },

    async observe({ prompts, continuation, generate, cache, logits, topK }, progress) {
      const generated: number[][] = []
      const tensors = prompts.flatMap((prompt, k) => {
        const kept: Cache = {}
        const rest = continuation?.[k] ?? []
        const rows = forward(model, cache ? prompt : [...prompt, ...rest], kept)
        const steps = cache ? forward(model, rest, kept) : rows.splice(prompt.length)
        const tokens: number[] = []
        while (tokens.length < generate) {
          if (tokens.length > 0) steps.push(...forward(model, tokens.slice(-1), kept))
          tokens.push(largest(steps.at(-1) ?? rows[rows.length - 1], 1)[0])
          progress(k * generate + tokens.length, prompts.length * generate)
        }
        generated.push(tokens)
        const decoded = generate > 0 || continuation !== null ? nameLogits(`${k}.decode.`, steps, topK) : []
        return [...nameLogits(`${k}.`, logits === 'all' ? rows : rows.slice(-1), topK), ...decoded]
      })
      return { generated, tensors }
    },

    async close() {
      model = []
    },
  },
)

/** Rows of logits as tensors: whole, or the `k` largest of each and the logarithm of the sum of all. */
function nameLogits(prefix: string, rows: readonly Float32Array[], k: number | null) {
  const floats = (name: string, of: readonly ArrayLike<number>[]) => {
    const data = Float32Array.from(of.flatMap((row) => Array.from(row)))
    return { name: prefix + name, dtype: 'F32' as const, shape: [of.length, of[0]?.length ?? 0], data }
  }
  if (k === null) return [floats('logits', rows)]
  const ids = rows.map((row) => largest(row, k))
  const data = BigInt64Array.from(ids.flat(), BigInt)
  const sums = rows.map((row) => [Math.log(row.reduce((sum, logit) => sum + Math.exp(logit), 0))])
  return [
    { name: `${prefix}top-k.ids`, dtype: 'I64' as const, shape: [rows.length, k], data },
    floats(
      'top-k.values',
      ids.map((best, i) => best.map((id) => rows[i][id])),
    ),
    floats('logsumexp', sums),
  ]
}

function largest(row: Float32Array, count: number): number[] {
  return [...row.keys()].sort((a, b) => row[b] - row[a]).slice(0, count)
}
