import type { Value } from './builder.js'
import { gelu, rmsNorm, type GraphContext } from './layers.js'

/**
 * The mixture of experts, [tokens, hidden] → [tokens, hidden]. Every expert runs on every token and what the router
 * did not choose is dropped, by `Where` rather than by a product: a NaN in an expert that is not chosen must not spread.
 *
 * @param residual the hidden states before the feed-forward block, which the router and the experts both read
 */
export function experts(context: GraphContext, residual: Value, layer: string): Value {
  const { graph, checkpoint } = context
  const { hiddenSize, experts: sizes } = checkpoint.config
  if (sizes === null) throw new Error('experts in a model without any')
  const { count, intermediateSize: inner } = sizes
  const shares = graph.scope('router', () => router(context, residual, `${layer}.router`, sizes.topK))
  const perPosition = graph.scope('point', () => graph.op('Transpose', [shares], { perm: { ints: [1, 0, 2] } }))
  graph.point(`${layer}.router`, perPosition, ['tokens', count, 1])

  // One product for the gate and up matrices of all experts: [experts, 2 × inner, hidden] is [experts × 2 × inner, hidden].
  const normed = rmsNorm(context, residual, { name: `${layer}.pre_feedforward_layernorm_2` })
  const gateUp = graph.weight(checkpoint.tensor(`${layer}.experts.gate_up_proj`), [count * 2 * inner, hiddenSize])
  const both = graph.op('Reshape', [
    graph.op('Gemm', [normed, gateUp], { transB: { i: 1 } }),
    graph.integers([-1, count, 2 * inner]),
  ])
  const [gate, up] = graph.ops('Split', [both], 2, { axis: { i: 2 }, num_outputs: { i: 2 } })
  const perToken = graph.op('Mul', [gelu(context, gate), up])

  // [experts, tokens, inner] · [experts, inner, hidden]: the transpose of the weight is folded at load.
  const down = graph.op('Transpose', [graph.weight(checkpoint.tensor(`${layer}.experts.down_proj`))], {
    perm: { ints: [0, 2, 1] },
  })
  const perExpert = graph.op('MatMul', [graph.op('Transpose', [perToken], { perm: { ints: [1, 0, 2] } }), down])
  const zero = graph.floats([0])
  const weighted = graph.op('Where', [graph.op('Equal', [shares, zero]), zero, graph.op('Mul', [perExpert, shares])])
  return graph.op('ReduceSum', [weighted, graph.integers([0])], { keepdims: { i: 0 } })
}

/** Each expert's share in each token's result, [experts, tokens, 1]; 0 for the experts not chosen. */
function router(context: GraphContext, residual: Value, name: string, topK: number): Value {
  const { graph, checkpoint } = context
  const { hiddenSize } = checkpoint.config
  const weight = (part: string) => graph.weight(checkpoint.tensor(`${name}.${part}`))

  // Experts stand first from here on. ONNX Runtime would else move a transpose to the integer indices, for which
  // WebGPU has no kernel.
  const normed = rmsNorm(context, residual, { size: hiddenSize, as: 'norm' })
  const weighted = graph.scope('scale', () => graph.op('Mul', [normed, weight('scale')]))
  const scaled = graph.scope('root_size', () => graph.op('Mul', [weighted, graph.floats([hiddenSize ** -0.5])]))
  const columns = graph.op('Transpose', [scaled], { perm: { ints: [1, 0] } })
  const probabilities = graph.op('Softmax', [graph.op('MatMul', [weight('proj.weight'), columns])], { axis: { i: 0 } })

  const [top, indices] = graph.ops('TopK', [probabilities, graph.integers([topK])], 2, { axis: { i: 0 } })
  const total = graph.op('ReduceSum', [top, graph.integers([0])], { keepdims: { i: 1 } })
  const none = graph.scope('none', () => graph.op('Mul', [probabilities, graph.floats([0])]))
  const shares = graph.op('ScatterElements', [none, indices, graph.op('Div', [top, total])], { axis: { i: 0 } })
  const scaledShares = graph.scope('per_expert_scale', () => {
    const perExpert = graph.op('Unsqueeze', [weight('per_expert_scale'), graph.integers([1])])
    return graph.op('Mul', [shares, perExpert])
  })
  return graph.op('Unsqueeze', [scaledShares, graph.integers([2])])
}
