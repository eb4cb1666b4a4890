import { expect, it } from 'vitest'
import type { GraphEdit } from '../../../defect.js'
import { GraphBuilder } from '../graph/builder.js'
import type { Graph } from '../graph/proto.js'
import { editGraph } from './edit-graph.js'

function twoLayers(): Graph {
  const graph = new GraphBuilder()
  let x = graph.input('x', ['tokens', 4])
  const other = graph.input('other', ['tokens', 4])
  for (const layer of [0, 1])
    x = graph.scope(`layer ${layer}`, () => {
      const gated = graph.op('Gelu', [x], { approximate: { s: 'tanh' } })
      return graph.op('Mul', [gated, other])
    })
  graph.output('y', x, ['tokens', 4])
  return graph.finish()
}

/** `operator(inputs) → result` of every node. */
const show = (edit: GraphEdit) =>
  editGraph(twoLayers(), [edit]).nodes.map(
    ({ opType, input, output }) => `${opType}(${input.join()}) → ${output.join()}`,
  )

const clean = [
  'Gelu(x) → layer 0/Gelu.0:0',
  'Mul(layer 0/Gelu.0:0,other) → layer 0/Mul.1:0',
  'Gelu(layer 0/Mul.1:0) → layer 1/Gelu.2:0',
  'Mul(layer 1/Gelu.2:0,other) → layer 1/Mul.3:0',
  'Identity(layer 1/Mul.3:0) → y',
]

it('leaves out a node, in one layer or in all, and keeps the names of results', () => {
  expect(show({ at: 'layer 0/Mul', bypass: 0 })).toEqual(clean.with(1, 'Identity(layer 0/Gelu.0:0) → layer 0/Mul.1:0'))
  expect(show({ at: '*/Gelu', bypass: 0 }).filter((node) => node.startsWith('Identity(')).length).toBe(3)
})

it('takes another value, or puts an operator before or behind', () => {
  expect(show({ at: 'layer 1/Mul', input: { index: 1, becomes: 'node:layer 0/Gelu' } })).toEqual(
    clean.with(3, 'Mul(layer 1/Gelu.2:0,layer 0/Gelu.0:0) → layer 1/Mul.3:0'),
  )
  expect(show({ at: 'layer 1/Gelu', input: { index: 0, becomes: 'input:other' } })[2]).toBe(
    'Gelu(other) → layer 1/Gelu.2:0',
  )
  expect(show({ at: 'layer 1/Mul', through: { index: 1, op: 'Add', by: 1 } })).toEqual(
    clean.toSpliced(
      3,
      1,
      'Add(other,planted[]:1) → layer 1/Mul.3/planted.0:0',
      'Mul(layer 1/Gelu.2:0,layer 1/Mul.3/planted.0:0) → layer 1/Mul.3:0',
    ),
  )
  expect(show({ at: 'layer 1/Mul', round: 'float16' }).slice(3, 6)).toEqual([
    'Mul(layer 1/Gelu.2:0,other) → layer 1/Mul.3/planted.0:0',
    'Cast(layer 1/Mul.3/planted.0:0) → layer 1/Mul.3/planted.1:0',
    'Cast(layer 1/Mul.3/planted.1:0) → layer 1/Mul.3:0',
  ])
  expect(show({ at: 'layer 0/Gelu', repeat: true }).slice(0, 2)).toEqual([
    'Gelu(x) → layer 0/Gelu.0/planted.0:0',
    'Gelu(layer 0/Gelu.0/planted.0:0) → layer 0/Gelu.0:0',
  ])
})

it('changes the operator and its attributes', () => {
  const [node] = editGraph(twoLayers(), [{ at: 'layer 0/Gelu', attributes: { approximate: { s: 'none' } } }]).nodes
  expect(node.attributes).toEqual({ approximate: { s: 'none' } })
  const [other] = editGraph(twoLayers(), [{ at: 'layer 0/Gelu', op: 'QuickGelu', domain: 'com.microsoft' }]).nodes
  expect(other).toMatchObject({ opType: 'QuickGelu', domain: 'com.microsoft', attributes: {} })
})

it.each([
  ['a node that is not there', { at: 'layer 2/Mul', bypass: 0 }, "the graph of this model has no nodes 'layer 2/Mul'"],
  ['a value that is not there', { at: 'layer 0/Mul', input: { index: 0, becomes: 'input:z' } }, "no value 'input:z'"],
])('refuses %s', (_, edit, message) => {
  expect(() => show(edit)).toThrow(message)
})
