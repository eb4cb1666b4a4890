import { elementTypes, type Graph, type GraphNode } from './proto.js'

/** The graph with argument and result of each gelu rounded to float16, as an engine has it that looks gelu up in a table. */
export function roundGelu(graph: Graph): Graph {
  const nodes = graph.nodes.flatMap((node) => {
    if (node.opType !== 'Gelu') return [node]
    const [argument, result] = [node.input[0], node.output[0]]
    const between = [`${result}.argument`, `${result}.exact`] as const
    return [
      ...toHalfAndBack(argument, between[0]),
      { ...node, input: [between[0]], output: [between[1]] },
      ...toHalfAndBack(between[1], result),
    ]
  })
  return { ...graph, nodes }
}

const toHalfAndBack = (from: string, to: string): GraphNode[] => [
  cast(from, `${to}.half`, elementTypes.F16),
  cast(`${to}.half`, to, elementTypes.F32),
]

const cast = (from: string, to: string, type: number): GraphNode => ({
  opType: 'Cast',
  domain: '',
  name: `${to}.cast`,
  input: [from],
  output: [to],
  attributes: { to: { i: type } },
})
