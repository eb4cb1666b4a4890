import { expect, it } from 'vitest'
import type { Matrix, Trace } from '../types.js'
import { measureLayers } from './measure-layers.js'

const matrix = (rows: number, ...data: number[]): Matrix => ({
  rows,
  columns: data.length / rows,
  data: Float64Array.from(data),
})
const trace = (tensors: Readonly<Record<string, Matrix>>): Trace => ({
  generated: [],
  elapsedMs: 0,
  peakBytes: null,
  tensor: (name) => tensors[name],
})

it('pools the error of each layer, and stops where one side has no more', () => {
  const truth = trace({
    '2.layers.0': matrix(2, 0, 0, 0, 0),
    '2.layers.1': matrix(1, 1, 1),
    '2.layers.2': matrix(1, 1),
  })
  const actual = trace({ '0.layers.0': matrix(2, 2, 0, 0, 0), '0.layers.1': matrix(1, 1, 1) })
  expect(measureLayers(truth, 2, actual, 0)).toEqual([1, 0])
})

it('gives NaN for another shape, and for NaN', () => {
  const truth = trace({ '0.layers.0': matrix(1, 1, 2), '0.layers.1': matrix(1, 1, 2) })
  const actual = trace({ '0.layers.0': matrix(1, 1), '0.layers.1': matrix(1, 1, NaN) })
  expect(measureLayers(truth, 0, actual, 0)).toEqual([NaN, NaN])
})
