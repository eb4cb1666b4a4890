import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseGemma4Config } from './config.js'
import { expectedTensors } from './layout.js'
import { writeSafetensors, type TensorToWrite } from './safetensors-writer.js'

export interface TinyCheckpoint {
  /** Fields of the text config to add or replace; `undefined` takes one away. */
  readonly config?: Readonly<Record<string, unknown>>
  /** Fields of the outer config.json, likewise. */
  readonly outer?: Readonly<Record<string, unknown>>
  readonly dtype?: 'F32' | 'F16' | 'BF16'
  readonly seed?: number
  /** As `Gemma4ForConditionalGeneration` is saved: `text_config`, prefix `model.language_model.`. */
  readonly multimodal?: boolean
  /** Shared layers carry K/V tensors, as in Google's originals. */
  readonly redundant?: boolean
  /** More than 1: so many shards and an index. */
  readonly shards?: number
  /** Changes the tensors, by full name, before they are written. */
  readonly mutate?: (tensors: Map<string, TensorToWrite>) => void
}

/** A valid Gemma 4 of 4 layers, the last 2 of which share keys and values. Every default that matters is replaced. */
const tinyConfig = {
  vocab_size: 32,
  vocab_size_per_layer_input: 32,
  hidden_size: 24,
  intermediate_size: 20,
  num_hidden_layers: 4,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  head_dim: 8,
  global_head_dim: 16,
  hidden_size_per_layer_input: 6,
  num_kv_shared_layers: 2,
  sliding_window: 4,
  layer_types: ['sliding_attention', 'full_attention', 'sliding_attention', 'full_attention'],
  // Not a whole number: transformers refuses `30` where it expects a float, and JSON has no `30.0` from here.
  final_logit_softcapping: 12.5,
  max_position_embeddings: 512,
  pad_token_id: 0,
  bos_token_id: 2,
  eos_token_id: 1,
}

/** Writes config.json and random weights into `folder`, which is made if need be, and returns the weights. */
export async function writeTinyCheckpoint(
  folder: string,
  options: TinyCheckpoint = {},
): Promise<Map<string, TensorToWrite>> {
  const { config = {}, multimodal = false, shards = 1 } = options
  const text = { ...tinyConfig, ...config }
  const json = {
    ...(multimodal
      ? {
          architectures: ['Gemma4ForConditionalGeneration'],
          model_type: 'gemma4',
          text_config: text,
          vision_config: null,
          audio_config: null,
        }
      : { architectures: ['Gemma4ForCausalLM'], model_type: 'gemma4_text', ...text }),
    ...options.outer,
  }
  const tensors = tinyTensors(json, options)
  options.mutate?.(tensors)

  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, 'config.json'), JSON.stringify(json, null, 2))
  if (shards > 1) await writeShards(folder, [...tensors.values()], shards)
  else await writeSafetensors(join(folder, 'model.safetensors'), tensors.values(), { format: 'pt' })
  return tensors
}

/** Falls back to the plain tiny config where `json` is one that no tensors can be derived from. */
function tinyTensors(
  json: object,
  { dtype = 'F32', seed = 1, redundant, multimodal }: TinyCheckpoint,
): Map<string, TensorToWrite> {
  const parsed = parseOr(json, { architectures: ['Gemma4ForCausalLM'], ...tinyConfig })
  const named = { ...parsed, prefix: multimodal ? 'model.language_model.' : 'model.' } as const
  const needed = expectedTensors(named)
  const own = { ...named, layers: named.layers.map((layer) => ({ ...layer, donor: null })) }
  const extra = redundant
    ? expectedTensors(own).filter(({ name }) => !needed.some((tensor) => tensor.name === name))
    : []
  const random = mulberry32(seed)
  return new Map(
    [...needed, ...extra].map(({ name, shape }) => {
      const data = Float32Array.from({ length: shape.reduce((one, other) => one * other, 1) }, () => random() * 2 - 1)
      return [name, { name, dtype, shape, data: data.map((value) => scale(name, shape, value)) }]
    }),
  )
}

function parseOr(json: object, otherwise: object) {
  try {
    return parseGemma4Config(json, 'config.json')
  } catch {
    return parseGemma4Config(otherwise, 'config.json')
  }
}

/** Vectors (norms and scales) spread around 1, matrices kept small enough that no layer drowns another. */
function scale(name: string, shape: readonly number[], value: number): number {
  if (shape.length === 1 && !name.endsWith('.bias')) return 1 + value / 2
  return value * Math.sqrt(3 / (shape.at(-1) ?? 1)) * (name.includes('embed_tokens') ? 1 : 1.5)
}

async function writeShards(folder: string, tensors: readonly TensorToWrite[], shards: number): Promise<void> {
  const weightMap: Record<string, string> = {}
  const size = Math.ceil(tensors.length / shards)
  for (let shard = 0; shard < shards; shard++) {
    const name = `model-${String(shard + 1).padStart(5, '0')}-of-${String(shards).padStart(5, '0')}.safetensors`
    const part = tensors.slice(shard * size, (shard + 1) * size)
    for (const tensor of part) weightMap[tensor.name] = name
    await writeSafetensors(join(folder, name), part, { format: 'pt' })
  }
  const index = { metadata: { total_size: 0 }, weight_map: weightMap }
  await writeFile(join(folder, 'model.safetensors.index.json'), JSON.stringify(index, null, 2))
}

/** A small deterministic generator of numbers from 0 to 1: https://github.com/bryc/code/blob/master/jshash/PRNGs.md */
function mulberry32(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
