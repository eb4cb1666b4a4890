import { describe, expect, it } from 'vitest'
import { listPoints } from '../points.js'
import type { Matrix, Trace } from '../types.js'
import { findAbsentLayer, findFirstJump, jumpFactor, measurePoints, rowsOf } from './find-first-jump.js'

const points = listPoints(2)

const matrix = (rows: number[][]): Matrix => ({
  rows: rows.length,
  columns: rows[0].length,
  data: Float64Array.from(rows.flat()),
})

const traceOf = (tensors: Readonly<Record<string, number[][]>>): Trace => ({
  generated: [],
  elapsedMs: 0,
  peakBytes: null,
  tensor: (name) => (name in tensors ? matrix(tensors[name]) : undefined),
})

const same = [
  [1, 2],
  [3, 4],
  [5, 6],
]
/** `same` with an error in one position. */
const off = (row: number, by: number) => same.map((values, i) => values.map((value) => value + (i === row ? by : 0)))

const truth = { '0.embedding': same, '0.layers.0': same, '0.layers.1': same }

/** Against a reference whose own error is 1e-4 everywhere. */
function measure(engine: Readonly<Record<string, number[][]>>, factor = 1) {
  const noisy = same.map((row) => row.map((value) => value + 1e-4))
  const inDtype = { '0.embedding': noisy, '0.layers.0': noisy, '0.layers.1': noisy }
  return measurePoints(
    points,
    { trace: traceOf(engine), prompt: 0 },
    {
      truth: { trace: traceOf(truth), prompt: 0 },
      inDtype: { trace: traceOf(inDtype), prompt: 0 },
      factor,
      dtype: 'float32',
    },
  )
}

describe('errors over the points of a model', () => {
  it('finds the first that is beyond the noise, and its first position', () => {
    const curve = measure({ ...truth, '0.layers.0': off(1, 1e-4 * jumpFactor * 2), '0.layers.1': off(0, 1) })
    expect(curve.map(({ name }) => name)).toEqual(['embedding', 'layers.0', 'layers.1'])
    expect(findFirstJump(curve)).toMatchObject({ name: 'layers.0', layer: 0, part: 'layer-scalar', position: 1 })
    expect(findFirstJump(curve)?.ratio).toBeCloseTo(jumpFactor * 2, 5)
  })

  it('finds nothing in noise, nor below the factor', () => {
    const curve = measure({ ...truth, '0.layers.0': off(2, 1e-4 * jumpFactor * 0.9) })
    expect(findFirstJump(curve)).toBeNull()
    expect(curve.map(({ position }) => position)).toEqual([null, null, null])
  })

  it('believes a reference’s noise as many times as it is told to', () => {
    const engine = { ...truth, '0.layers.0': off(2, 1e-4 * jumpFactor * 1.5) }
    expect(findFirstJump(measure(engine))).not.toBeNull()
    expect(findFirstJump(measure(engine, 2))).toBeNull()
  })

  it('finds NaN and another width, which no noise explains', () => {
    expect(findFirstJump(measure({ ...truth, '0.layers.1': off(1, NaN) }))).toMatchObject({
      name: 'layers.1',
      ratio: Infinity,
      position: 1,
    })
    const narrow = measure({ ...truth, '0.embedding': same.map(([first]) => [first]) })
    const widths = { expected: 2, actual: 1 }
    expect(findFirstJump(narrow)).toMatchObject({ name: 'embedding', ratio: Infinity, position: 0, widths })
  })

  it('never believes in less noise than rounding makes', () => {
    const exact = { trace: traceOf(truth), prompt: 0 }
    const engine = { trace: traceOf({ ...truth, '0.layers.0': off(0, 1e-8) }), prompt: 0 }
    const curve = measurePoints(points, engine, { truth: exact, inDtype: exact, factor: 1, dtype: 'float32' })
    expect(findFirstJump(curve)).toBeNull()
    expect(curve[1].noise).toBeGreaterThan(0)
  })

  it('leaves out what one side does not show', () => {
    expect(measure({ '0.layers.1': same }).map(({ name }) => name)).toEqual(['layers.1'])
  })
})

it('finds the layer that an engine leaves out', () => {
  expect(findAbsentLayer({ trace: traceOf(truth), prompt: 0 }, 2)).toBeNull()
  expect(findAbsentLayer({ trace: traceOf(truth), prompt: 0 }, 3)).toBe(2)
  expect(findAbsentLayer({ trace: traceOf({ '0.layers.1': same }), prompt: 0 }, 2)).toBe(0)
})

it('joins the rows of a prompt and of the steps behind it', () => {
  const trace = traceOf({ '0.layers.0': [[1], [2]], '0.decode.layers.0': [[3]] })
  expect(rowsOf({ trace, prompt: 0 }, 'layers.0')).toEqual(matrix([[1], [2], [3]]))
  expect(rowsOf({ trace, prompt: 0 }, 'layers.1')).toBeNull()
})
