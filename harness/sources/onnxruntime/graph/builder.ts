import { basename } from 'node:path'
import type { TensorInfo } from '../../../checkpoint/safetensors.js'
import type { Attribute, ElementType, Graph, GraphNode, GraphValue, Initializer } from './proto.js'

/** The name of a value in the graph. */
export type Value = string

/** Collects nodes. Every method that computes returns the name of its result, so that code reads like the formula. */
export class GraphBuilder {
  readonly #nodes: GraphNode[] = []
  readonly #initializers = new Map<string, Initializer>()
  readonly #casts = new Map<string, Value>()
  readonly #inputs: GraphValue[] = []
  readonly #outputs: GraphValue[] = []
  readonly #points = new Map<string, { readonly value: Value; readonly shape: readonly (number | string)[] }>()
  #scope = ''

  /** Names the nodes that `build` adds, for ONNX Runtime's messages. */
  scope<T>(name: string, build: () => T): T {
    const outer = this.#scope
    this.#scope = `${outer}${name}/`
    try {
      return build()
    } finally {
      this.#scope = outer
    }
  }

  input(name: string, shape: readonly (number | string)[], type: ElementType = 'F32'): Value {
    this.#inputs.push({ name, type, shape })
    return name
  }

  /** Makes `value` an output called `name`. */
  output(name: string, value: Value, shape: readonly (number | string)[]): void {
    this.#nodes.push({
      opType: 'Identity',
      domain: '',
      name: `output/${name}`,
      input: [value],
      output: [name],
      attributes: {},
    })
    this.#outputs.push({ name, type: 'F32', shape })
  }

  op(opType: string, inputs: readonly Value[], attributes: Readonly<Record<string, Attribute>> = {}): Value {
    return this.#node(opType, '', inputs, attributes, 1)[0]
  }

  /** Lets `value` be observed under this name (see points.ts). Returns it. */
  point(name: string, value: Value, shape: readonly (number | string)[]): Value {
    this.#points.set(name, { value, shape })
    return value
  }

  /** Makes every point an output. */
  outputPoints(): void {
    for (const [name, { value, shape }] of this.#points) this.output(name, value, shape)
  }

  /** An operator of ONNX Runtime's own. */
  contrib(opType: string, inputs: readonly Value[], attributes: Readonly<Record<string, Attribute>> = {}): Value {
    return this.#node(opType, 'com.microsoft', inputs, attributes, 1)[0]
  }

  ops(
    opType: string,
    inputs: readonly Value[],
    outputs: number,
    attributes: Readonly<Record<string, Attribute>> = {},
  ): Value[] {
    return this.#node(opType, '', inputs, attributes, outputs)
  }

  /** A weight of the checkpoint, used where it stands in its file and widened to float32; `shape` is another view of it. */
  weight(info: TensorInfo, shape: readonly number[] = info.shape): Value {
    const known = this.#casts.get(info.name)
    if (known !== undefined) return known
    const data = { location: basename(info.file), offset: info.offset, length: info.bytes }
    this.#initializers.set(info.name, { name: info.name, type: info.dtype, shape, data })
    const value = info.dtype === 'F32' ? info.name : this.op('Cast', [info.name], { to: { i: 1 } })
    this.#casts.set(info.name, value)
    return value
  }

  floats(values: readonly number[], shape: readonly number[] = []): Value {
    return this.#constant('F32', new Float32Array(values), shape)
  }

  integers(values: readonly number[]): Value {
    return this.#constant('I64', BigInt64Array.from(values, BigInt), [values.length])
  }

  finish(): Graph {
    return {
      nodes: this.#nodes,
      initializers: [...this.#initializers.values()],
      inputs: this.#inputs,
      outputs: this.#outputs,
    }
  }

  #constant(type: 'F32' | 'I64', values: Float32Array | BigInt64Array, shape: readonly number[]): Value {
    const name = `${type}[${shape.join()}]:${values.join()}`
    this.#initializers.set(name, { name, type, shape, data: new Uint8Array(values.buffer) })
    return name
  }

  #node(
    opType: string,
    domain: string,
    input: readonly Value[],
    attributes: Readonly<Record<string, Attribute>>,
    outputs: number,
  ): [Value, ...Value[]] {
    const name = `${this.#scope}${opType}.${this.#nodes.length}`
    const output: [Value, ...Value[]] = [`${name}:0`]
    for (let i = 1; i < outputs; i++) output.push(`${name}:${i}`)
    this.#nodes.push({ opType, domain, name, input, output, attributes })
    return output
  }
}
