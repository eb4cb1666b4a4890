import type { GraphEdit, GraphValueName } from '../../../defect.js'
import { elementTypes, type GraphNode } from '../graph/proto.js'

/** How an edit names values of the graph that the node stands in. */
export interface Values {
  named(value: GraphValueName, node: GraphNode): string
  /** A constant of int64. */
  integers(numbers: readonly number[]): string
}

type Attributes = GraphNode['attributes']

/** What stands in a node's place, its result under the same name. */
export function editNode(node: GraphNode, edit: GraphEdit, values: Values): GraphNode[] {
  const input = edit.inputs?.map((value) => values.named(value, node)) ?? [...node.input]
  if (edit.input !== undefined) input[edit.input.index] = values.named(edit.input.becomes, node)
  if (edit.bypass !== undefined)
    return [{ ...node, domain: '', attributes: {}, opType: 'Identity', input: [input[edit.bypass]] }]

  const chain = new Chain(node)
  if (edit.cut !== undefined) {
    const { index, axis, size } = edit.cut
    input[index] = chain.add('Slice', [input[index], ...[0, size, axis].map((number) => values.integers([number]))])
  }
  const number = edit.through === undefined ? null : values.named(edit.through.by, node)
  if (edit.through?.index !== undefined && number !== null) {
    const { index, op } = edit.through
    input[index] = chain.add(op, [input[index], number])
  }
  chain.addEdited(edit, input)
  if (edit.repeat) chain.add(node.opType, [chain.last, ...input.slice(1)], node.attributes, node.domain)
  if (edit.through !== undefined && edit.through.index === undefined && number !== null)
    chain.add(edit.through.op, [chain.last, number])
  if (edit.round !== undefined) {
    chain.add('Cast', [chain.last], { to: { i: elementTypes[edit.round === 'float16' ? 'F16' : 'BF16'] } })
    chain.add('Cast', [chain.last], { to: { i: elementTypes.F32 } })
  }
  return chain.finish()
}

/** Nodes in the place of one; the last gives its result. */
class Chain {
  readonly #node: GraphNode
  readonly #nodes: GraphNode[] = []

  constructor(node: GraphNode) {
    this.#node = node
  }

  get last(): string {
    return this.#nodes[this.#nodes.length - 1].output[0]
  }

  add(opType: string, input: readonly string[], attributes: Attributes = {}, domain = ''): string {
    const name = this.#nextName()
    this.#nodes.push({ opType, domain, name, input, output: [`${name}:0`], attributes })
    return `${name}:0`
  }

  /** The node itself, or another operator in its place, with the attributes of the edit. */
  addEdited({ op, domain, attributes }: GraphEdit, input: readonly string[]): void {
    const { opType, domain: home, attributes: given, output } = this.#node
    const isSame = op === undefined || op === opType
    const name = this.#nextName()
    this.#nodes.push({
      opType: op ?? opType,
      domain: domain ?? (isSame ? home : ''),
      name,
      input,
      output: [`${name}:0`, ...output.slice(1)],
      attributes: { ...(isSame ? given : {}), ...attributes },
    })
  }

  /** Behind the numbers that another edit of the same node has used: its inputs are of them. */
  #nextName(): string {
    const prefix = `${this.#node.name}/planted.`
    const used = this.#node.input
      .filter((name) => name.startsWith(prefix))
      .map((name) => parseInt(name.slice(prefix.length)))
    return `${prefix}${1 + Math.max(-1, ...used) + this.#nodes.length}`
  }

  finish(): GraphNode[] {
    const last = this.#nodes.length - 1
    const [result] = this.#node.output
    return this.#nodes.map((node, i) =>
      i === last ? { ...node, name: this.#node.name, output: [result, ...node.output.slice(1)] } : node,
    )
  }
}
