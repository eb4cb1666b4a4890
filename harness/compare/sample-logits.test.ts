import { describe, expect, it } from 'vitest'
import type { Matrix, Trace } from '../types.js'
import { sampleLogits } from './sample-logits.js'

const vocabulary = 600
const rows = 180

/** One prompt of 180 tokens; the logit of token t at row r is t + r / 1000. */
function makeTrace(change: (row: number, token: number) => number): Trace {
  const data = Float64Array.from({ length: rows * vocabulary }, (_, i) => {
    const [row, token] = [Math.floor(i / vocabulary), i % vocabulary]
    return token + row / 1000 + change(row, token)
  })
  const matrix: Matrix = { rows, columns: vocabulary, data }
  return {
    generated: [[]],
    elapsedMs: 1,
    peakBytes: null,
    tensor: (name) => (name === '0.logits' ? matrix : undefined),
  }
}

const prompts = [{ id: 'one', tokens: Array.from({ length: rows }, () => 2) }]
const truth = makeTrace(() => 0)

describe('sampleLogits', () => {
  it('always holds the 20 largest errors, wherever they are', () => {
    const actual = makeTrace((row, token) => (row % 9 === 3 && token === 77 ? 1 + row / 1000 : 0.25))
    const sample = sampleLogits(prompts, truth, actual)
    const worst = sample.filter(([expected, found]) => found - expected > 0.5)
    expect(worst).toEqual(
      Array.from({ length: 20 }, (_, k) => 9 * k + 3).map((row) => [
        Number((77 + row / 1000).toPrecision(5)),
        Number((78 + row / 500).toPrecision(5)),
      ]),
    )
  })

  it('spreads the others over all tokens and rows, in the order of the reference’s logits', () => {
    const sample = sampleLogits(prompts, truth, truth)
    expect(sample.length).toBeGreaterThan(100)
    expect(sample.length).toBeLessThanOrEqual(120)
    expect(sample).toEqual([...sample].sort(([a], [b]) => a - b))
    const hundreds = [0, 1, 2, 3, 4, 5].map((k) => sample.filter(([logit]) => Math.floor(logit / 100) === k).length)
    for (const count of hundreds.slice(1)) expect(count).toBeGreaterThanOrEqual(14)
  })

  it('gives the same sample again, and of few logits all', () => {
    expect(sampleLogits(prompts, truth, truth)).toEqual(sampleLogits(prompts, truth, truth))
    const tiny = (shift: number): Trace => {
      const matrix: Matrix = { rows: 1, columns: 3, data: Float64Array.from([3, 1, 2].map((logit) => logit + shift)) }
      return { ...truth, tensor: (name) => (name === '0.logits' ? matrix : undefined) }
    }
    expect(sampleLogits([{ id: 'one', tokens: [2] }], tiny(0), tiny(0.5))).toEqual([
      [1, 1.5],
      [2, 2.5],
      [3, 3.5],
    ])
  })

  it('puts a NaN before every other error, and is empty where there is nothing to pair', () => {
    const actual = makeTrace((row, token) => (row === 100 && token === 5 ? NaN : 1))
    expect(sampleLogits(prompts, truth, actual).filter(([, found]) => Number.isNaN(found))).toEqual([[5.1, NaN]])
    expect(sampleLogits(prompts, truth, { ...truth, tensor: () => undefined })).toEqual([])
  })
})
