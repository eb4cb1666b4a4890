import { describe, expect, it } from 'vitest'
import { divergence, largestError, measureLogits } from './metrics.js'
import { atLeast, measureSpread, spreadFloor } from './spread.js'
import { makeTrace, prompts } from './traces.fixture.js'

const row = (...logits: number[]) => Float64Array.from(logits)

describe('metrics', () => {
  it('measures errors by their definitions', () => {
    const errors = measureLogits([{ expected: row(3, 4), actual: row(3.3, 4.4) }])
    expect(errors.rms).toBeCloseTo(Math.sqrt((0.09 + 0.16) / 2), 12)
    expect(errors.max).toBeCloseTo(0.4, 12)
    expect(errors.nmse).toBeCloseTo(0.25 / 25, 12)
    expect(errors.logitMax).toBe(4)
  })

  it('has KL divergence in nats, unchanged by adding a constant to all logits', () => {
    // p = (1/2, 1/2), q = (3/4, 1/4): ½ ln(½ / ¾) + ½ ln(½ / ¼)
    expect(divergence(row(0, 0), row(Math.log(3), 0))).toBeCloseTo(0.5 * Math.log(4 / 3), 12)
    expect(divergence(row(1, 2, 3), row(11, 12, 13))).toBeCloseTo(0, 12)
  })

  it('lets a NaN through to the result', () => {
    expect(largestError(row(1, 2), row(NaN, 2))).toBeNaN()
  })

  it('never believes a spread below the floor', () => {
    const trace = makeTrace()
    const nothing = measureSpread(prompts, trace, trace, 'float32', 'recorded')
    expect(nothing).toMatchObject({ rms: 0, max: 0 })
    const floor = spreadFloor(prompts, trace, 'float32')
    expect(floor.max).toBeCloseTo(2.5 * 2 ** -24, 12)
    expect(atLeast(nothing, floor)).toEqual(floor)
    expect(atLeast({ ...nothing, rms: 1, max: 2 }, floor)).toMatchObject({ rms: 1, max: 2, origin: 'recorded' })
  })
})
