import type { LayerConfig } from '../../../checkpoint/config.js'
import type { Value } from './builder.js'
import { linear, rmsNorm, type GraphContext } from './layers.js'

/** Keys [kv heads, head size, all positions], already transposed for the product, and values [kv heads, all positions, head size]. */
export interface KeyValue {
  readonly keys: Value
  readonly values: Value
}

/** What the host computes for each layer type, in float64, and feeds: see `positions.ts`. */
export interface Positions {
  /** Rotary tables [tokens, head size / 2]. */
  readonly cos: Value
  readonly sin: Value
  /** 0 where a query may see a key, else a large negative number: [tokens, all positions]. */
  readonly mask: Value
}

/** Keys and values of the new tokens, appended to the cached ones. */
export function keyValue(
  context: GraphContext,
  x: Value,
  layer: LayerConfig,
  positions: Positions,
  past: KeyValue,
): KeyValue {
  const { graph } = context
  const { headDim, kvHeads } = layer
  const name = `layers.${layer.index}.self_attn`
  const heads = (projected: Value) => graph.op('Reshape', [projected, graph.integers([-1, kvHeads, headDim])])

  const projected = heads(linear(context, x, `${name}.k_proj`))
  const raw = layer.keyIsValue ? projected : heads(linear(context, x, `${name}.v_proj`))
  const normed = rmsNorm(context, projected, { name: `${name}.k_norm` })
  const keys = graph.scope('k_rotary', () => rotate(context, normed, kvHeads, headDim, positions))
  const values = rmsNorm(context, raw, { size: headDim, as: 'v_norm' })
  graph.point(`layers.${layer.index}.attention.k`, keys, ['tokens', kvHeads, headDim])
  graph.point(`layers.${layer.index}.attention.v`, values, ['tokens', kvHeads, headDim])

  const append = (cached: Value, fresh: Value, order: number[], axis: number) =>
    graph.op('Concat', [cached, graph.op('Transpose', [fresh], { perm: { ints: order } })], { axis: { i: axis } })
  return { keys: append(past.keys, keys, [1, 2, 0], 2), values: append(past.values, values, [1, 0, 2], 1) }
}

/** softmax(q · kᵀ + mask) · v, with scale 1. Query heads that share a key/value head stand next to each other. */
export function attention(
  context: GraphContext,
  x: Value,
  layer: LayerConfig,
  positions: Positions,
  { keys, values }: KeyValue,
): Value {
  const { graph, checkpoint } = context
  const { heads } = checkpoint.config
  const { headDim, kvHeads } = layer
  const name = `layers.${layer.index}.self_attn`
  const reshape = (value: Value, shape: number[]) => graph.op('Reshape', [value, graph.integers(shape)])

  const projected = reshape(linear(context, x, `${name}.q_proj`), [-1, heads, headDim])
  const normed = rmsNorm(context, projected, { name: `${name}.q_norm` })
  const queries = graph.scope('q_rotary', () => rotate(context, normed, heads, headDim, positions))
  graph.point(`layers.${layer.index}.attention.q`, queries, ['tokens', heads, headDim])
  const grouped = reshape(graph.op('Transpose', [queries], { perm: { ints: [1, 0, 2] } }), [kvHeads, -1, headDim])

  // A 0 in a shape keeps the dimension at that place: all positions.
  const scores = graph.scope('scores', () => reshape(graph.op('MatMul', [grouped, keys]), [heads, -1, 0]))
  const masked = graph.scope('mask', () => graph.op('Add', [scores, positions.mask]))
  const probabilities = graph.op('Softmax', [masked], { axis: { i: -1 } })
  const weighted = graph.op('MatMul', [reshape(probabilities, [kvHeads, -1, 0]), values])

  const perHead = reshape(weighted, [heads, -1, headDim])
  const perToken = graph.op('Transpose', [perHead], { perm: { ints: [1, 0, 2] } })
  const read = reshape(perToken, [-1, heads * headDim])
  graph.point(`layers.${layer.index}.attention.heads`, read, ['tokens', heads * headDim])
  return linear(context, read, `${name}.o_proj`)
}

/** Rotary embedding of [tokens, heads, head size], the halves of a head being the pairs. */
function rotate({ graph }: GraphContext, x: Value, heads: number, headDim: number, positions: Positions): Value {
  const flat = graph.scope('flat', () => graph.op('Reshape', [x, graph.integers([1, -1, heads * headDim])]))
  // The tables start at the first new token, hence offset 0.
  const rotated = graph.contrib('RotaryEmbedding', [flat, graph.integers([0]), positions.cos, positions.sin])
  return graph.op('Reshape', [rotated, graph.integers([-1, heads, headDim])])
}
