import type { Value } from './builder.js'
import { gelu, rmsNorm, type GraphContext } from './layers.js'

/**
 * The mixture of experts, [tokens, hidden] → [tokens, hidden]. Every expert runs on every token and what the router
 * did not choose is dropped, by `Where` rather than by a product: a NaN in an expert that is not chosen must not spread.
 * The weights [experts, out, in] are used as they are stored, so that tokens stand last inside.
 *
 * @param residual the hidden states before the feed-forward block, which the router and the experts both read
 */
export function experts(context: GraphContext, residual: Value, layer: string): Value {
  const { graph, checkpoint } = context
  const weight = (name: string) => graph.weight(checkpoint.tensor(`${layer}.experts.${name}`))
  const routing = graph.scope('router', () => router(context, residual, `${layer}.router`))

  const normed = rmsNorm(context, residual, { name: `${layer}.pre_feedforward_layernorm_2` })
  const columns = graph.op('Transpose', [normed], { perm: { ints: [1, 0] } })
  const gateUp = graph.op('MatMul', [weight('gate_up_proj'), columns])
  const [gate, up] = graph.ops('Split', [gateUp], 2, { axis: { i: 1 }, num_outputs: { i: 2 } })
  const inner = graph.op('Mul', [gelu(context, gate), up])
  const perExpert = graph.op('MatMul', [weight('down_proj'), inner])

  const share = graph.op('Unsqueeze', [routing, graph.integers([1])])
  const zero = graph.floats([0])
  const chosen = graph.op('Where', [graph.op('Equal', [share, zero]), zero, graph.op('Mul', [perExpert, share])])
  const sum = graph.op('ReduceSum', [chosen, graph.integers([0])], { keepdims: { i: 0 } })
  return graph.op('Transpose', [sum], { perm: { ints: [1, 0] } })
}

/** Each expert's share in each token's result, [experts, tokens]; 0 for the experts not chosen. */
function router(context: GraphContext, residual: Value, name: string): Value {
  const { graph, checkpoint } = context
  const { hiddenSize, experts } = checkpoint.config
  if (experts === null) throw new Error('a router in a model without experts')
  const weight = (part: string) => graph.weight(checkpoint.tensor(`${name}.${part}`))

  const scaled = graph.op('Mul', [rmsNorm(context, residual, { size: hiddenSize }), weight('scale')])
  const columns = graph.op('Transpose', [graph.op('Mul', [scaled, graph.floats([hiddenSize ** -0.5])])], {
    perm: { ints: [1, 0] },
  })
  const scores = graph.op('MatMul', [weight('proj.weight'), columns])
  const probabilities = graph.op('Softmax', [scores], { axis: { i: 0 } })
  const [top, indices] = graph.ops('TopK', [probabilities, graph.integers([experts.topK])], 2, { axis: { i: 0 } })
  const total = graph.op('ReduceSum', [top, graph.integers([0])], { keepdims: { i: 1 } })
  const none = graph.op('Mul', [probabilities, graph.floats([0])])
  const shares = graph.op('ScatterElements', [none, indices, graph.op('Div', [top, total])], { axis: { i: 0 } })
  return graph.op('Mul', [shares, graph.op('Unsqueeze', [weight('per_expert_scale'), graph.integers([1])])])
}
