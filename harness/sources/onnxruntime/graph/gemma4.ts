/** Gemma 4's text model as an ONNX graph over the bytes of a checkpoint. Reads top to bottom like the model. */
import type { Checkpoint } from '../../../checkpoint/checkpoint.js'
import type { LayerConfig } from '../../../checkpoint/config.js'
import { ParityError } from '../../../errors.js'
import { attention, keyValue, type KeyValue, type Positions } from './attention.js'
import { GraphBuilder, type Value } from './builder.js'
import { experts } from './experts.js'
import { gelu, linear, mlp, rmsNorm, type GraphContext } from './layers.js'
import type { Graph } from './proto.js'

/**
 * Inputs: `ids` [tokens], `rows` [rows] (the positions whose logits are wanted), `per_layer` [tokens, layers × per-layer
 * size] (rows of the per-layer table), `cos.TYPE` and `sin.TYPE` [tokens, head size / 2], `mask.TYPE` [tokens, all
 * positions] for the layer types `sliding` and `full`, and `past.N.keys` / `past.N.values` for each layer N with K/V of
 * its own. Outputs: `logits` [rows, vocabulary], `present.N.keys/values`, and the points of
 * `points.ts`: `layers.N` [tokens, hidden] for each layer, and what is inside.
 */
export function buildGemma4Graph(checkpoint: Checkpoint): Graph {
  const graph = new GraphBuilder()
  const context = { graph, checkpoint }
  const { config } = checkpoint
  const { hiddenSize, vocabSize } = config

  const embedding = graph.weight(checkpoint.tensor('embed_tokens.weight'))
  const embedded = graph.scope('embed_tokens', () => {
    const looked = graph.op('Gather', [embedding, graph.input('ids', ['tokens'], 'I64')])
    return graph.op('Mul', [looked, graph.floats([Math.sqrt(hiddenSize)])])
  })
  const perLayer =
    config.perLayerInputSize > 0 ? graph.scope('per_layer_inputs', () => perLayerInputs(context, embedded)) : null
  const positions = positionInputs(context)

  const own = new Map<number, KeyValue>()
  let hidden = graph.point('embedding', embedded, ['tokens', hiddenSize])
  for (const layer of config.layers) {
    hidden = graph.scope(`layer ${layer.index}`, () => {
      const name = `layers.${layer.index}`
      const tables = positions(layer)
      const attended = attentionBlock(context, hidden, layer, tables, own)
      const fed = feedForward(context, attended, name)
      const informed =
        perLayer === null
          ? fed
          : graph.scope('per_layer_input', () => addPerLayerInput(context, fed, perLayer(layer.index), name))
      const scalar = graph.weight(checkpoint.tensor(`${name}.layer_scalar`))
      const scaled = graph.scope('layer_scalar', () => graph.op('Mul', [informed, scalar]))
      return graph.point(name, scaled, ['tokens', hiddenSize])
    })
  }

  const wanted = graph.op('Gather', [hidden, graph.input('rows', ['rows'], 'I64')])
  const normed = graph.point('final-norm', rmsNorm(context, wanted, { name: 'norm' }), ['rows', hiddenSize])
  const head = config.tied ? embedding : graph.weight(checkpoint.tensor('lm_head.weight'))
  const logits = graph.scope('lm_head', () => graph.op('Gemm', [normed, head], { transB: { i: 1 } }))
  // In the order in which they are fetched: onnxruntime-node takes an output's preferred location by its index.
  graph.output('logits', softcap(context, logits), ['rows', vocabSize])
  for (const { index, kvHeads, headDim } of config.layers) {
    const present = own.get(index)
    if (present === undefined) continue
    graph.output(`present.${index}.keys`, present.keys, [kvHeads, headDim, 'all'])
    graph.output(`present.${index}.values`, present.values, [kvHeads, 'all', headDim])
  }
  graph.outputPoints()
  return graph.finish()
}

/** Self-attention with its two norms. A layer with K/V of its own caches them; a shared one reads its donor's. */
function attentionBlock(
  context: GraphContext,
  hidden: Value,
  layer: LayerConfig,
  positions: Positions,
  own: Map<number, KeyValue>,
): Value {
  const { graph } = context
  const name = `layers.${layer.index}`
  const shape = ['tokens', context.checkpoint.config.hiddenSize]
  const normed = rmsNorm(context, hidden, { name: `${name}.input_layernorm` })
  const attended = graph.scope('self_attn', () => {
    if (layer.donor === null) own.set(layer.index, cachedKeyValue(context, normed, layer, positions))
    return attention(context, normed, layer, positions, givenKeyValue(layer, own))
  })
  graph.point(`${name}.attention.output`, attended, shape)
  const added = rmsNorm(context, attended, { name: `${name}.post_attention_layernorm` })
  const sum = graph.scope('attention_residual', () => graph.op('Add', [hidden, added]))
  return graph.point(`${name}.attention`, sum, shape)
}

function cachedKeyValue(context: GraphContext, x: Value, layer: LayerConfig, positions: Positions): KeyValue {
  const { graph } = context
  const { index, kvHeads, headDim } = layer
  const keys = graph.input(`past.${index}.keys`, [kvHeads, headDim, 'past'])
  const values = graph.input(`past.${index}.values`, [kvHeads, 'past', headDim])
  return keyValue(context, x, layer, positions, { keys, values })
}

function givenKeyValue(layer: LayerConfig, own: ReadonlyMap<number, KeyValue>): KeyValue {
  const given = own.get(layer.donor ?? layer.index)
  if (given !== undefined) return given
  throw new ParityError(
    'PARITY_LAYOUT',
    `layer ${layer.index} shares the key/value states of layer ${layer.donor}, but none were given`,
    'A donor must be an earlier layer that computes K/V of its own.',
  )
}

/** The multilayer perceptron, and beside it the experts where the model has them. */
function feedForward(context: GraphContext, hidden: Value, name: string): Value {
  const { graph } = context
  const { hiddenSize, experts: sizes } = context.checkpoint.config
  const shape = ['tokens', hiddenSize]
  const normed = rmsNorm(context, hidden, { name: `${name}.pre_feedforward_layernorm` })
  let out = graph.scope('mlp', () => mlp(context, normed, `${name}.mlp`))
  graph.point(`${name}.mlp.output`, out, shape)
  if (sizes !== null) {
    const dense = rmsNorm(context, out, { name: `${name}.post_feedforward_layernorm_1` })
    const sparse = graph.scope('experts', () => experts(context, hidden, name))
    graph.point(`${name}.experts.output`, sparse, shape)
    const other = rmsNorm(context, sparse, { name: `${name}.post_feedforward_layernorm_2` })
    out = graph.scope('dense_and_experts', () => graph.op('Add', [dense, other]))
    graph.point(`${name}.experts`, out, shape)
  }
  const added = rmsNorm(context, out, { name: `${name}.post_feedforward_layernorm` })
  const sum = graph.scope('feed_forward_residual', () => graph.op('Add', [hidden, added]))
  return graph.point(`${name}.feed-forward`, sum, shape)
}

/** (norm(projection(embedded) / √hidden) + table · √size) / √2; returns the slice of a layer, [tokens, size]. */
function perLayerInputs(context: GraphContext, embedded: Value): (layer: number) => Value {
  const { graph, checkpoint } = context
  const { perLayerInputSize: size, hiddenSize, layers } = checkpoint.config
  const width = layers.length * size
  const projected = linear(context, embedded, 'per_layer_model_projection')
  const scaled = graph.scope('root_size', () => graph.op('Mul', [projected, graph.floats([hiddenSize ** -0.5])]))
  const perLayer = graph.op('Reshape', [scaled, graph.integers([-1, size])])
  const normed = graph.op('Reshape', [
    rmsNorm(context, perLayer, { name: 'per_layer_projection_norm' }),
    graph.integers([-1, width]),
  ])
  const rows = graph.input('per_layer', ['tokens', width])
  const table = graph.scope('table', () => graph.op('Mul', [rows, graph.floats([Math.sqrt(size)])]))
  const all = graph.scope('mean', () =>
    graph.op('Mul', [graph.op('Add', [normed, table]), graph.floats([Math.SQRT1_2])]),
  )
  return (layer) =>
    graph.op('Slice', [all, graph.integers([layer * size]), graph.integers([(layer + 1) * size]), graph.integers([1])])
}

function addPerLayerInput(context: GraphContext, hidden: Value, perLayer: Value, name: string): Value {
  const { graph, checkpoint } = context
  const { hiddenSize, perLayerInputSize } = checkpoint.config
  graph.point(`${name}.per-layer-input.embedding`, perLayer, ['tokens', perLayerInputSize])
  const gate = gelu(context, linear(context, hidden, `${name}.per_layer_input_gate`))
  const projected = linear(context, graph.op('Mul', [gate, perLayer]), `${name}.per_layer_projection`)
  graph.point(`${name}.per-layer-input.output`, projected, ['tokens', hiddenSize])
  const added = rmsNorm(context, projected, { name: `${name}.post_per_layer_input_norm` })
  return graph.point(`${name}.per-layer-input`, graph.op('Add', [hidden, added]), ['tokens', hiddenSize])
}

/** cap · tanh(logits / cap) */
function softcap({ graph, checkpoint }: GraphContext, logits: Value): Value {
  const { softcap: cap } = checkpoint.config
  if (cap === null) return logits
  return graph.scope('softcap', () => {
    const bounded = graph.op('Tanh', [graph.op('Div', [logits, graph.floats([cap])])])
    return graph.op('Mul', [bounded, graph.floats([cap])])
  })
}

/** The position tables of each layer type, made inputs when the first layer of the type asks for them. */
function positionInputs({ graph }: GraphContext): (layer: LayerConfig) => Positions {
  const known = new Map<string, Positions>()
  return ({ type, headDim }) => {
    const positions = known.get(type) ?? {
      cos: graph.input(`cos.${type}`, ['tokens', headDim / 2]),
      sin: graph.input(`sin.${type}`, ['tokens', headDim / 2]),
      mask: graph.input(`mask.${type}`, ['tokens', 'all']),
    }
    known.set(type, positions)
    return positions
  }
}
