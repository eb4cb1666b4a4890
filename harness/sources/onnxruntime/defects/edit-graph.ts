import type { GraphEdit, GraphValueName } from '../../../defect.js'
import { ParityError } from '../../../errors.js'
import type { Graph, GraphNode, Initializer } from '../graph/proto.js'
import { editNode } from './edit-node.js'

/** The graph with mistakes in it. @throws ParityError PARITY_USAGE for a node that is not there, or there more than once */
export function editGraph(graph: Graph, edits: readonly GraphEdit[]): Graph {
  return edits.reduce(applyEdit, graph)
}

/** What a node does and where: its name without the number that makes it unique. */
const pathOf = ({ name }: GraphNode): string => name.replace(/\.\d+$/, '')

function applyEdit(graph: Graph, edit: GraphEdit): Graph {
  const chosen = new Set(findNodes(graph, edit.at))
  const known = new Map(graph.initializers.map((initializer) => [initializer.name, initializer]))
  const values = {
    named: (value: GraphValueName, node: GraphNode) =>
      typeof value === 'number' ? addConstant(known, [value], []) : findValue(graph, value, node),
    integers: (numbers: readonly number[]) => addConstant(known, numbers, [numbers.length]),
  }
  const nodes = graph.nodes.flatMap((node) => (chosen.has(node) ? editNode(node, edit, values) : [node]))
  return { ...graph, nodes, initializers: [...known.values()] }
}

/** @param path with `*` it may mean several nodes, without exactly one */
function findNodes({ nodes }: Graph, path: string): GraphNode[] {
  const pattern = new RegExp(`^${path.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')}$`)
  const found = nodes.filter((node) => pattern.test(pathOf(node)))
  if (found.length === 1 || (found.length > 1 && path.includes('*'))) return found
  throw new ParityError(
    'PARITY_USAGE',
    `a defect cannot be planted: the graph of this model has ${found.length === 0 ? 'no' : found.length} nodes '${path}'`,
    'Take a case whose model has it, or a path that means one node.',
  )
}

/** A scalar float32 where there is no shape, else a list of int64. */
function addConstant(known: Map<string, Initializer>, numbers: readonly number[], shape: readonly number[]): string {
  const isScalar = shape.length === 0
  const name = `planted[${shape.join()}]:${numbers.join()}`
  const { buffer } = isScalar ? Float32Array.from(numbers) : BigInt64Array.from(numbers, BigInt)
  known.set(name, { name, type: isScalar ? 'F32' : 'I64', shape, data: new Uint8Array(buffer) })
  return name
}

function findValue(graph: Graph, value: string, node: GraphNode): string {
  const kind = value.slice(0, value.indexOf(':'))
  const name = value.slice(kind.length + 1)
  const found =
    kind === 'node'
      ? findNodes(graph, name)[0].output[0]
      : kind === 'own'
        ? node.input[Number(name)]
        : graph.inputs.find((input) => kind === 'input' && input.name === name)?.name
  if (found !== undefined) return found
  throw new ParityError(
    'PARITY_USAGE',
    `a defect cannot be planted: the graph of this model has no value '${value}'`,
    'A value is a number, node:PATH, input:NAME or own:INDEX.',
  )
}
