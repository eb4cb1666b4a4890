import { narrowBfloat16, narrowFloat16, widenBfloat16, widenFloat16 } from '../../../checkpoint/half.js'
import type { TensorEdit } from '../../../defect.js'

/**
 * The values of a tensor as a mistaken program stores them.
 *
 * @param values row-major
 * @param other the tensor of another checkpoint, where the edit names one
 */
export function changeValues(
  values: Float32Array,
  shape: readonly number[],
  edit: TensorEdit,
  other: Float32Array | null,
): Float32Array {
  let changed: Float32Array = Float32Array.from(values)
  const width = values.length / (shape[0] ?? 1)
  if (other !== null) {
    const { factor = 0 } = edit
    if (other.length !== values.length) throw new Error(`${other.length} values cannot stand for ${values.length}`)
    changed = changed.map((value, i) => other[i] + factor * (value - other[i]))
  }
  if (edit.times !== undefined || edit.add !== undefined) {
    const { times = 1, add = 0 } = edit
    changed = changed.map((value) => value * times + add)
  }
  if (edit.rows !== undefined) {
    const [first, end] = edit.rows
    changed.fill(Number(edit.value ?? 0), first * width, end * width)
  }
  if (edit.swapBlocks !== undefined) {
    const [one, other, rows] = edit.swapBlocks
    swapBlocks(changed, rows * width, one, other)
  }
  if (edit.swapHalves !== undefined) swapHalves(changed, shape, edit.swapHalves)
  if (edit.quantise !== undefined) changed = quantise(changed, edit.quantise.bits, edit.quantise.group)
  if (edit.round === 'bfloat16') changed = widenBfloat16(narrowBfloat16(changed))
  if (edit.round === 'float16') changed = widenFloat16(narrowFloat16(changed))
  if (edit.interleave !== undefined) changed = interleave(changed, width, edit.interleave.headDim)
  return changed
}

function swapBlocks(values: Float32Array, size: number, one: number, other: number): void {
  const kept = values.slice(one * size, (one + 1) * size)
  values.copyWithin(one * size, other * size, (other + 1) * size)
  values.set(kept, other * size)
}

function swapHalves(values: Float32Array, shape: readonly number[], axis: number): void {
  const half = shape.slice(axis + 1).reduce((one, other) => one * other, 1) * (shape[axis] / 2)
  for (let start = 0; start < values.length; start += 2 * half) swapBlocks(values.subarray(start), half, 0, 1)
}

/** To the nearest of 2^bits − 1 levels around 0, the largest of each group of neighbours being the last level. */
function quantise(values: Float32Array, bits: number, group: number): Float32Array {
  const levels = 2 ** (bits - 1) - 1
  const rounded = new Float32Array(values.length)
  for (let start = 0; start < values.length; start += group) {
    const part = values.subarray(start, start + group)
    const scale = part.reduce((max, value) => Math.max(max, Math.abs(value)), 0) / levels
    part.forEach((value, i) => (rounded[start + i] = scale === 0 ? 0 : Math.round(value / scale) * scale))
  }
  return rounded
}

/** Row i of the first half of a head becomes row 2i, row i of the second half row 2i + 1. */
function interleave(values: Float32Array, width: number, headDim: number): Float32Array {
  const reordered = new Float32Array(values.length)
  for (let row = 0; row < values.length / width; row++) {
    const [head, at] = [Math.floor(row / headDim), row % headDim]
    const target = head * headDim + (at < headDim / 2 ? 2 * at : 2 * (at - headDim / 2) + 1)
    reordered.set(values.subarray(row * width, (row + 1) * width), target * width)
  }
  return reordered
}
