import type { Gemma4Config } from '../../../checkpoint/config.js'
import { ParityError } from '../../../errors.js'
import type { Graph } from '../graph/proto.js'

type LayerType = 'sliding' | 'full'

/** The types of the layers that read another one's keys. */
export const typesOfShared = ({ layers }: Gemma4Config): LayerType[] => [
  ...new Set(layers.filter(({ donor }) => donor !== null).map(({ type }) => type)),
]

/**
 * The graph with rotary tables of their own, `cos.shared.TYPE` and `sin.shared.TYPE`, for the queries of layers that share
 * keys. @throws ParityError PARITY_USAGE where none does
 */
export function turnSharedQueries(graph: Graph, config: Gemma4Config): Graph {
  const types = typesOfShared(config)
  if (types.length === 0)
    throw new ParityError(
      'PARITY_USAGE',
      'a defect cannot be planted: no layer of this model shares keys',
      'Take a case whose model has such layers.',
    )
  const paths = new Map(
    config.layers
      .filter(({ donor }) => donor !== null)
      .map(({ index, type }) => [`layer ${index}/self_attn/q_rotary/RotaryEmbedding`, type]),
  )
  const own = (name: string) => name.replace(/^(cos|sin)\./, '$1.shared.')
  const tables = graph.inputs.filter(({ name }) =>
    types.some((type) => name === `cos.${type}` || name === `sin.${type}`),
  )
  return {
    ...graph,
    inputs: [...graph.inputs, ...tables.map((input) => ({ ...input, name: own(input.name) }))],
    nodes: graph.nodes.map((node) =>
      paths.has(node.name.replace(/\.\d+$/, '')) ? { ...node, input: node.input.map(own) } : node,
    ),
  }
}
