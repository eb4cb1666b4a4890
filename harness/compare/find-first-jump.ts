/** Where the error of an engine leaves the noise, over the points of a model in the order in which it computes. */
import type { Point } from '../points.js'
import type { Matrix, Trace } from '../types.js'
import { relativeFloor } from './limits.js'

/** One prompt of a trace, with what follows it. */
export interface Sequence {
  readonly trace: Trace
  readonly prompt: number
}

/** Error of an engine at one point, in multiples of the noise there. */
export interface PointError extends Point {
  /** Root-mean-square over all positions. */
  readonly error: number
  /** What the reference errs by in the engine's dtype. */
  readonly noise: number
  /** The larger of error over noise, pooled, and that of the worst position; infinite for a NaN or another shape. */
  readonly ratio: number
  /** First position whose error is beyond; null where none is. */
  readonly position: number | null
  /** Values of each row, where the engine gives another number of them. */
  readonly widths?: { readonly expected: number; readonly actual: number }
}

/** What an engine's values are held against. */
export interface Yardstick {
  readonly truth: Sequence
  /** The reference in the engine's dtype, and what its error is multiplied by to be believed. */
  readonly inDtype: Sequence
  readonly factor: number
  readonly dtype: string
}

/**
 * Errors beyond so many times the noise are a defect's. The built-in engine on a CPU, which is right, goes to 7.2 (18
 * committed cases, 1356 points: median 1.5, 99th percentile 3.8); the planted defect that moves the logits least,
 * norm-epsilon, is at 17 where it starts. With it 106 of 106 planted defects are found where they sit: docs/bisect.md.
 */
export const jumpFactor = 12

/** The errors at every point that all three traces hold, in the order of `points`. */
export function measurePoints(points: readonly Point[], engine: Sequence, yardstick: Yardstick): PointError[] {
  return points.flatMap((point) => {
    const expected = rowsOf(yardstick.truth, point.name)
    const inDtype = rowsOf(yardstick.inDtype, point.name)
    const actual = rowsOf(engine, point.name)
    if (expected === null || inDtype === null || actual === null) return []
    return [{ ...point, ...measurePoint(expected, inDtype, actual, yardstick) }]
  })
}

/** The first layer that an engine gives no output of; null where it gives those of all `layers`. */
export function findAbsentLayer(engine: Sequence, layers: number): number | null {
  const absent = Array.from({ length: layers }, (_, layer) => layer).find(
    (layer) => rowsOf(engine, `layers.${layer}`) === null,
  )
  return absent ?? null
}

/** The first point that is beyond `jumpFactor` times the noise. */
export const findFirstJump = (errors: readonly PointError[]): PointError | null =>
  errors.find(({ ratio }) => !(ratio <= jumpFactor)) ?? null

function measurePoint(
  expected: Matrix,
  inDtype: Matrix,
  actual: Matrix,
  { factor, dtype }: Yardstick,
): Pick<PointError, 'error' | 'noise' | 'ratio' | 'position' | 'widths'> {
  // An engine that gives only the prompt is compared there.
  const rows = Math.min(expected.rows, actual.rows)
  const nothing = { error: NaN, noise: 0, ratio: Infinity, position: 0 }
  if (rows === 0) return nothing
  if (expected.columns !== actual.columns)
    return { ...nothing, widths: { expected: expected.columns, actual: actual.columns } }
  const floor = (relativeFloor[dtype] ?? relativeFloor.float32) * rootMeanSquare(squares(expected, null, rows))
  const noises = squares(expected, inDtype, rows)
  const noise = Math.max(floor, factor * rootMeanSquare(noises))
  const errors = squares(expected, actual, rows)
  const error = rootMeanSquare(errors)
  const ratios = errors.map((square, row) => {
    const ratio = Math.sqrt(square) / Math.max(noise, factor * Math.sqrt(noises[row]))
    return Number.isNaN(ratio) ? Infinity : ratio
  })
  const first = ratios.findIndex((ratio) => ratio > jumpFactor)
  const ratio = Math.max(Number.isNaN(error) ? Infinity : error / noise, ...ratios)
  return { error, noise, ratio, position: first === -1 ? null : first }
}

/** Mean square of each row's difference, or of the row itself. */
function squares(left: Matrix, right: Matrix | null, rows: number): number[] {
  return Array.from({ length: rows }, (_, row) => {
    let sum = 0
    for (let i = row * left.columns; i < (row + 1) * left.columns; i++) {
      sum += (left.data[i] - (right === null ? 0 : right.data[i])) ** 2
    }
    return sum / left.columns
  })
}

const rootMeanSquare = (means: readonly number[]): number =>
  Math.sqrt(means.reduce((sum, mean) => sum + mean, 0) / means.length)

/** The rows of the prompt and those of the steps behind it, as one matrix. */
export function rowsOf({ trace, prompt }: Sequence, name: string): Matrix | null {
  const first = trace.tensor(`${prompt}.${name}`)
  const behind = trace.tensor(`${prompt}.decode.${name}`)
  if (first === undefined) return null
  if (behind === undefined || behind.rows === 0 || behind.columns !== first.columns) return first
  const data = new Float64Array(first.data.length + behind.data.length)
  data.set(first.data)
  data.set(behind.data, first.data.length)
  return { rows: first.rows + behind.rows, columns: first.columns, data }
}
