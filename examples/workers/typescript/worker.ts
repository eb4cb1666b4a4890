/**
 * An engine as a worker, to copy: replace `load`, `forward` and what `serveDecoder` is told of it.
 *
 * Here the engine is no Gemma: it adds up the embeddings of all tokens, older ones by half, and multiplies the sum with
 * each of them. `npx parity check-worker npx tsx worker.ts` checks it.
 */
import { readFileSync } from 'node:fs'
import { serveDecoder } from 'transformers-parity/worker'

type Model = readonly Float32Array[]

/** The embeddings of a checkpoint; what it throws is the answer, and is quoted in the verdict. */
function load({ checkpoint }: { checkpoint: string }): Model {
  const file = readFileSync(`${checkpoint}/model.safetensors`)
  const start = 8 + Number(file.readBigUInt64LE(0))
  const { dtype, shape, data_offsets } = JSON.parse(file.toString('utf8', 8, start))['model.embed_tokens.weight']
  if (dtype !== 'BF16') throw new Error(`the embeddings are ${dtype}, not BF16`)
  const [count, width] = shape
  // A bfloat16 is the upper half of a float32.
  const bits = Uint32Array.from({ length: count * width }, (_, i) => {
    return file.readUInt16LE(start + data_offsets[0] + 2 * i) << 16
  })
  return Array.from({ length: count }, (_, row) => new Float32Array(bits.buffer, 4 * row * width, width))
}

/** The logits behind each of `tokens`, which follow those in `cache`: an empty object at first, to be filled. */
function forward(model: Model, tokens: readonly number[], cache: { state?: Float32Array }): Float32Array[] {
  return tokens.map((token) => {
    const before = cache.state
    const state = model[token].map((value, i) => value + (before?.[i] ?? 0) / 2)
    cache.state = state
    return Float32Array.from(model, (row) => row.reduce((sum, value, i) => sum + value * state[i], 0))
  })
}

const identity = { source: 'my-engine', version: '1.0.0', devices: ['cpu'], dtypes: ['float32'] }
await serveDecoder(identity, { load, forward })
