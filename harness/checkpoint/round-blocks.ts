import { narrowFloat16, widenFloat16 } from './half.js'

/** Block formats of ggml: 32 neighbours of a row share a scale in float16. Formulas: ggml's `quantize_row_*_ref`. */
export const blockTypes = ['q8_0', 'q5_0', 'q4_0'] as const
export type BlockType = (typeof blockTypes)[number]

const blockSize = 32

/** Whether a row of such a length can be stored in blocks. */
export const fitsBlocks = (columns: number): boolean => columns % blockSize === 0

/** What is left of values when they are stored in a block format and read again. @param values rows that fit blocks */
export function roundBlocks(values: Float32Array, type: BlockType): Float32Array {
  const rounded = new Float32Array(values.length)
  for (let start = 0; start < values.length; start += blockSize) {
    const block = values.subarray(start, start + blockSize)
    rounded.set(type === 'q8_0' ? roundSymmetric(block) : roundOffset(block, type === 'q5_0' ? 16 : 8), start)
  }
  return rounded
}

/** q8_0: whole multiples, from −127 to 127, of a 127th of the largest magnitude. */
function roundSymmetric(block: Float32Array): Float32Array {
  const scale = Math.fround(block.reduce((most, value) => Math.max(most, Math.abs(value)), 0) / 127)
  const inverse = scale === 0 ? 0 : 1 / scale
  const stored = toFloat16(scale)
  return block.map((value) => {
    const scaled = Math.fround(value * inverse)
    return Math.sign(scaled) * Math.floor(Math.abs(scaled) + 0.5) * stored
  })
}

/** q4_0 and q5_0: whole multiples from −steps to steps − 1; the value of largest magnitude is the lowest of them. */
function roundOffset(block: Float32Array, steps: number): Float32Array {
  const extreme = block.reduce((most, value) => (Math.abs(value) > Math.abs(most) ? value : most), 0)
  const scale = Math.fround(extreme / -steps)
  const inverse = scale === 0 ? 0 : 1 / scale
  const stored = toFloat16(scale)
  return block.map((value) => {
    const level = Math.min(2 * steps - 1, Math.trunc(Math.fround(value * inverse) + steps + 0.5))
    return (level - steps) * stored
  })
}

const toFloat16 = (value: number): number => widenFloat16(narrowFloat16(Float32Array.of(value)))[0]
