import { availableParallelism } from 'node:os'
import { dirname } from 'node:path'
import * as ort from 'onnxruntime-node'
import type { Checkpoint } from '../../checkpoint/checkpoint.js'
import type { LayerConfig, Rope } from '../../checkpoint/config.js'
import { RowReader } from '../../checkpoint/row-reader.js'
import { ParityError } from '../../errors.js'
import { editGraph } from './defects/edit-graph.js'
import { turnSharedQueries, typesOfShared } from './defects/shared-queries.js'
import { feedWrongPositions } from './defects/wrong-positions.js'
import type { Plant } from '../../defect.js'
import { buildGemma4Graph } from './graph/gemma4.js'
import { roundGelu } from './graph/half-gelu.js'
import { encodeModel, type Graph } from './graph/proto.js'
import { feedPositions, inverseFrequencies, rotaryTables, type FeedPositions } from './positions.js'

/** ONNX Runtime's execution providers, by the name of the device in a source. */
export const devices = ['webgpu', 'cuda', 'coreml', 'dml', 'cpu'] as const
export type Device = (typeof devices)[number]

/** Keys and values of the layers that have their own, and how many positions they hold. */
export interface Cache {
  readonly length: number
  readonly tensors: ReadonlyMap<string, ort.Tensor>
}

export interface Step {
  /** [rows, vocabulary] */
  readonly logits: Float32Array
  /** [tokens, width] by name, for the points asked for. */
  readonly points: ReadonlyMap<string, Float32Array>
  readonly cache: Cache
}

export interface Sizes {
  readonly vocabulary: number
  /** Of each point that can be observed, its width. */
  readonly points: ReadonlyMap<string, number>
}

/** What runs tokens through a cache. */
export interface Decoder {
  readonly sizes: Sizes
  emptyCache(): Cache
  forward(tokens: readonly number[], cache: Cache, rows: readonly number[], points?: readonly string[]): Promise<Step>
  release(cache: Cache): void
}

/** Gemma 4 in ONNX Runtime: one session, one sequence at a time. */
export class Gemma4Engine implements Decoder, AsyncDisposable {
  readonly #checkpoint: Checkpoint
  readonly #session: ort.InferenceSession
  readonly #perLayer: RowReader | null
  readonly #frequencies: ReadonlyMap<'sliding' | 'full', Float64Array>
  readonly #positions: FeedPositions
  /** Sizes of what it computes. */
  readonly sizes: Sizes

  private constructor(
    checkpoint: Checkpoint,
    session: ort.InferenceSession,
    perLayer: RowReader | null,
    positions: FeedPositions,
    sizes: Sizes,
  ) {
    this.#checkpoint = checkpoint
    this.#session = session
    this.#perLayer = perLayer
    this.#frequencies = layerFrequencies(checkpoint)
    this.#positions = positions
    this.sizes = sizes
  }

  /**
   * @param plant mistakes to make on purpose
   * @param roundsGelu whether argument and result of gelu become float16
   */
  static async load(
    checkpoint: Checkpoint,
    device: Device,
    threads = availableParallelism(),
    plant: Plant = {},
    roundsGelu = false,
  ): Promise<Gemma4Engine> {
    const { config } = checkpoint
    const right = buildGemma4Graph(checkpoint)
    const turned = plant.host?.sharedQueries === undefined ? right : turnSharedQueries(right, config)
    const exact = editGraph(turned, plant.graph ?? [])
    const graph = roundsGelu ? roundGelu(exact) : exact
    const session = await ort.InferenceSession.create(encodeModel(graph), {
      executionProviders: [device],
      graphOptimizationLevel: 'all',
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      logSeverityLevel: 3,
      ...(device === 'webgpu' ? { preferredOutputLocation: outputLocations(graph) } : {}),
      extra: {
        session: {
          model_external_initializers_file_folder_path: weightsFolder(checkpoint),
          // A node without a kernel on the device is an error, so that a run which succeeds ran wholly there.
          ...(device === 'cpu' ? {} : { disable_cpu_ep_fallback: '1' }),
        },
        // Widening weights to float32 happens once, at load, however large the tensor.
        optimization: { constant_folding_max_output_size_in_bytes: String(2 ** 40) },
      },
    })
    const perLayer =
      config.perLayerInputSize > 0 ? await RowReader.open(checkpoint.tensor('embed_tokens_per_layer.weight')) : null
    const positions = plant.host === undefined ? feedPositions(config) : feedWrongPositions(config, plant.host)
    const sizes = { vocabulary: config.vocabSize, points: pointWidths(graph) }
    return new Gemma4Engine(checkpoint, session, perLayer, positions, sizes)
  }

  /** A cache without positions. */
  emptyCache(): Cache {
    const tensors = new Map<string, ort.Tensor>()
    for (const { index, kvHeads, headDim } of ownLayers(this.#checkpoint.config.layers)) {
      const [keys, values] = cacheNames('past', index)
      tensors.set(keys, new ort.Tensor('float32', new Float32Array(0), [kvHeads, headDim, 0]))
      tensors.set(values, new ort.Tensor('float32', new Float32Array(0), [kvHeads, 0, headDim]))
    }
    return { length: 0, tensors }
  }

  /**
   * Runs `tokens` behind what the cache holds. The cache given is used up: go on with the one returned.
   *
   * @param rows the positions among `tokens` whose logits are wanted
   * @param points names of what else is wanted
   */
  async forward(
    tokens: readonly number[],
    cache: Cache,
    rows: readonly number[],
    points: readonly string[] = [],
  ): Promise<Step> {
    const feeds = await this.#feeds(tokens, cache, rows)
    const own = ownLayers(this.#checkpoint.config.layers)
    const present = own.flatMap(({ index }) => cacheNames('present', index))
    const names = ['logits', ...present, ...points]
    const results = await this.#session.run(feeds, names)
    this.release(cache)

    const next = new Map<string, ort.Tensor>()
    for (const { index } of own) {
      const past = cacheNames('past', index)
      cacheNames('present', index).forEach((name, i) => next.set(past[i], results[name]))
    }
    return {
      logits: floats(results.logits),
      points: new Map(points.map((name) => [name, floats(results[name])])),
      cache: { length: cache.length + tokens.length, tensors: next },
    }
  }

  /** Frees what a cache holds on the device. */
  release(cache: Cache): void {
    for (const tensor of cache.tensors.values()) tensor.dispose()
  }

  async #feeds(tokens: readonly number[], cache: Cache, rows: readonly number[]): Promise<Record<string, ort.Tensor>> {
    const { config } = this.#checkpoint
    const count = tokens.length
    const all = cache.length + count
    const feeds: Record<string, ort.Tensor> = {
      ids: integers(tokens),
      rows: integers(rows),
      ...Object.fromEntries(cache.tensors),
    }
    for (const [type, frequencies] of this.#frequencies) {
      const mask = this.#positions.mask(type, cache.length, count)
      Object.assign(feeds, feedTables(type, frequencies, this.#positions.start(cache.length, count), count))
      feeds[`mask.${type}`] = new ort.Tensor('float32', mask, [count, all])
    }
    const sharedStart = this.#positions.sharedStart?.(cache.length, count)
    for (const type of sharedStart === undefined ? [] : typesOfShared(config)) {
      const frequencies = this.#frequencies.get(type) ?? new Float64Array()
      Object.assign(feeds, feedTables(`shared.${type}`, frequencies, sharedStart ?? 0, count))
    }
    if (this.#perLayer !== null) {
      const width = config.layers.length * config.perLayerInputSize
      feeds.per_layer = new ort.Tensor('float32', await this.#perLayer.read(tokens), [count, width])
    }
    return feeds
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#session.release()
    await this.#perLayer?.close()
  }
}

/** Outputs that are neither logits nor cache. */
const pointWidths = ({ outputs }: Graph): ReadonlyMap<string, number> =>
  new Map(
    outputs
      .filter(({ name }) => name !== 'logits' && !name.startsWith('present.'))
      .map(({ name, shape }) => [
        name,
        shape.reduce<number>((width, size) => (typeof size === 'number' ? width * size : width), 1),
      ]),
  )

const ownLayers = (layers: readonly LayerConfig[]) => layers.filter(({ donor }) => donor === null)

const cacheNames = (time: 'past' | 'present', layer: number) =>
  [`${time}.${layer}.keys`, `${time}.${layer}.values`] as const

/** The cache stays on the device; what a trace needs comes back. */
const outputLocations = ({ outputs }: Graph) =>
  Object.fromEntries(
    outputs.map(({ name }) => [name, name.startsWith('present.') ? ('gpu-buffer' as const) : ('cpu' as const)]),
  )

const integers = (values: readonly number[]) =>
  new ort.Tensor('int64', BigInt64Array.from(values, BigInt), [values.length])

const floats = (tensor: ort.Tensor) => tensor.data as Float32Array

/** Inverse frequencies of the layer types that the model has. */
function layerFrequencies({ config }: Checkpoint): Map<'sliding' | 'full', Float64Array> {
  const frequencies = new Map<'sliding' | 'full', Float64Array>()
  for (const { type, headDim } of config.layers) {
    const rope: Rope | null = config.rope[type]
    if (rope !== null && !frequencies.has(type)) frequencies.set(type, inverseFrequencies(rope, headDim))
  }
  return frequencies
}

/** Cosines and sines of `count` positions, as inputs of the graph. */
function feedTables(name: string, frequencies: Float64Array, start: number, count: number): Record<string, ort.Tensor> {
  const { cos, sin } = rotaryTables(frequencies, start, count)
  const shape = [count, frequencies.length]
  return {
    [`cos.${name}`]: new ort.Tensor('float32', cos, shape),
    [`sin.${name}`]: new ort.Tensor('float32', sin, shape),
  }
}

/** The one folder of all weights; ONNX Runtime reads external tensors of one folder only. */
function weightsFolder(checkpoint: Checkpoint): string {
  const folders = new Set([...checkpoint.tensors.values()].map(({ file }) => dirname(file)))
  const [folder] = folders
  if (folders.size === 1) return folder
  throw new ParityError(
    'PARITY_CHECKPOINT',
    `the shards of ${checkpoint.folder} lie in ${folders.size} folders: ${[...folders].join(', ')}`,
    'Put all shards into one folder.',
  )
}
