/** The pieces every Gemma 4 layer is made of, over hidden states of shape [tokens, hidden]. */
import type { Checkpoint } from '../../../checkpoint/checkpoint.js'
import type { GraphBuilder, Value } from './builder.js'

export interface GraphContext {
  readonly graph: GraphBuilder
  readonly checkpoint: Checkpoint
}

/** x · Wᵀ (+ b). `Gemm` takes the weight as it is stored; a transposed copy would double the memory. */
export function linear({ graph, checkpoint }: GraphContext, x: Value, name: string): Value {
  return graph.scope(lastPart(name), () => {
    const inputs = [x, graph.weight(checkpoint.tensor(`${name}.weight`))]
    const bias = checkpoint.config.attentionBias && name.includes('.self_attn.')
    if (bias) inputs.push(graph.weight(checkpoint.tensor(`${name}.bias`)))
    return graph.op('Gemm', inputs, { transB: { i: 1 } })
  })
}

/** Root-mean-square norm over the last axis, times the weight called `name`, or times nothing under the name `as`. */
export function rmsNorm(
  { graph, checkpoint }: GraphContext,
  x: Value,
  weight: { name: string } | { size: number; as: string },
): Value {
  return graph.scope('name' in weight ? lastPart(weight.name) : weight.as, () => {
    const scale =
      'name' in weight
        ? graph.weight(checkpoint.tensor(`${weight.name}.weight`))
        : graph.floats(new Array<number>(weight.size).fill(1), [weight.size])
    return graph.op('SimplifiedLayerNormalization', [x, scale], {
      axis: { i: -1 },
      epsilon: { f: checkpoint.config.eps },
    })
  })
}

/** `layers.3.mlp.up_proj` → `up_proj`: nodes are named after the weight that they use. */
const lastPart = (name: string): string => name.slice(name.lastIndexOf('.') + 1)

/** The tanh approximation, which transformers calls `gelu_pytorch_tanh`. */
export function gelu({ graph }: GraphContext, x: Value): Value {
  return graph.op('Gelu', [x], { approximate: { s: 'tanh' } })
}

/** down(gelu(gate(x)) · up(x)) */
export function mlp(context: GraphContext, x: Value, name: string): Value {
  const gate = gelu(context, linear(context, x, `${name}.gate_proj`))
  const up = linear(context, x, `${name}.up_proj`)
  return linear(context, context.graph.op('Mul', [gate, up]), `${name}.down_proj`)
}
