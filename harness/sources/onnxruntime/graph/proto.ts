/** The part of ONNX's protocol-buffer schema that a graph needs (field numbers: onnx/onnx.proto, IR version 10). */
import protobuf from 'protobufjs/light.js'

const repeated = (type: string, id: number) => ({ rule: 'repeated', type, id, options: { packed: false } })
const field = (type: string, id: number) => ({ type, id })

const root = protobuf.Root.fromJSON({
  nested: {
    Model: {
      fields: {
        irVersion: field('int64', 1),
        producerName: field('string', 2),
        graph: field('Graph', 7),
        opsetImport: repeated('OperatorSet', 8),
      },
    },
    OperatorSet: { fields: { domain: field('string', 1), version: field('int64', 2) } },
    Graph: {
      fields: {
        node: repeated('Node', 1),
        name: field('string', 2),
        initializer: repeated('Tensor', 5),
        input: repeated('Value', 11),
        output: repeated('Value', 12),
      },
    },
    Node: {
      fields: {
        input: repeated('string', 1),
        output: repeated('string', 2),
        name: field('string', 3),
        opType: field('string', 4),
        attribute: repeated('Attribute', 5),
        domain: field('string', 7),
      },
    },
    Attribute: {
      fields: {
        name: field('string', 1),
        f: field('float', 2),
        i: field('int64', 3),
        s: field('bytes', 4),
        ints: repeated('int64', 8),
        type: field('int32', 20),
      },
    },
    Tensor: {
      fields: {
        dims: repeated('int64', 1),
        dataType: field('int32', 2),
        name: field('string', 8),
        rawData: field('bytes', 9),
        externalData: repeated('Entry', 13),
        dataLocation: field('int32', 14),
      },
    },
    Entry: { fields: { key: field('string', 1), value: field('string', 2) } },
    Value: { fields: { name: field('string', 1), type: field('Type', 2) } },
    Type: { fields: { tensorType: field('TensorType', 1) } },
    TensorType: { fields: { elemType: field('int32', 1), shape: field('Shape', 2) } },
    Shape: { fields: { dim: repeated('Dimension', 1) } },
    Dimension: { fields: { dimValue: field('int64', 1), dimParam: field('string', 2) } },
  },
})

/** Element types of ONNX tensors, by their name in a safetensors header. */
export const elementTypes = { F32: 1, I32: 6, I64: 7, F16: 10, F64: 11, BF16: 16 } as const
export type ElementType = keyof typeof elementTypes

const attributeTypes = { f: 1, i: 2, s: 3, ints: 7 } as const

/** An attribute's value: ONNX tells a float from an integer, JavaScript does not. */
export type Attribute = { f: number } | { i: number } | { s: string } | { ints: readonly number[] }

export interface GraphNode {
  readonly opType: string
  readonly domain: string
  readonly name: string
  readonly input: readonly string[]
  readonly output: readonly string[]
  readonly attributes: Readonly<Record<string, Attribute>>
}

/** A constant: its bytes, or where in a file of the checkpoint they stand. */
export interface Initializer {
  readonly name: string
  readonly type: ElementType
  readonly shape: readonly number[]
  readonly data: Uint8Array | { readonly location: string; readonly offset: number; readonly length: number }
}

/** An input or output. A string in the shape names a dimension that varies. */
export interface GraphValue {
  readonly name: string
  readonly type: ElementType
  readonly shape: readonly (number | string)[]
}

export interface Graph {
  readonly nodes: readonly GraphNode[]
  readonly initializers: readonly Initializer[]
  readonly inputs: readonly GraphValue[]
  readonly outputs: readonly GraphValue[]
}

/** Serialises a graph as an ONNX model: opset 21, and `com.microsoft` for the rotary embedding. */
export function encodeModel(graph: Graph): Uint8Array {
  const Model = root.lookupType('Model')
  return Model.encode(
    Model.fromObject({
      irVersion: 10,
      producerName: 'transformers-parity',
      opsetImport: [
        { domain: '', version: 21 },
        { domain: 'com.microsoft', version: 1 },
      ],
      graph: {
        name: 'gemma4',
        node: graph.nodes.map(encodeNode),
        initializer: graph.initializers.map(encodeInitializer),
        input: graph.inputs.map(encodeValue),
        output: graph.outputs.map(encodeValue),
      },
    }),
  ).finish()
}

function encodeNode(node: GraphNode) {
  const attribute = Object.entries(node.attributes).map(([name, value]) => {
    if ('s' in value) return { name, s: Buffer.from(value.s), type: attributeTypes.s }
    const kind = Object.keys(value)[0] as keyof typeof attributeTypes
    return { name, ...value, type: attributeTypes[kind] }
  })
  return { ...node, attribute }
}

function encodeInitializer({ name, type, shape, data }: Initializer) {
  const tensor = { name, dims: shape, dataType: elementTypes[type] }
  if (data instanceof Uint8Array) return { ...tensor, rawData: data }
  const externalData = Object.entries(data).map(([key, value]) => ({ key, value: String(value) }))
  return { ...tensor, externalData, dataLocation: 1 }
}

function encodeValue({ name, type, shape }: GraphValue) {
  const dim = shape.map((size) => (typeof size === 'number' ? { dimValue: size } : { dimParam: size }))
  return { name, type: { tensorType: { elemType: elementTypes[type], shape: { dim } } } }
}
