import { describe, expect, it } from 'vitest'
import { attentionMask, inverseFrequencies, rotaryTables } from './positions.js'

describe('positions', () => {
  it('has the frequencies of a default rotary embedding', () => {
    const frequencies = inverseFrequencies({ type: 'default', theta: 10_000, fraction: 1, factor: 1 }, 8)
    expect([...frequencies]).toEqual([1, Math.fround(0.1), Math.fround(0.01), Math.fround(0.001)])
  })

  it('takes proportional exponents over the full head size and leaves the rest unrotated', () => {
    const rope = { type: 'proportional', theta: 10_000, fraction: 0.5, factor: 2 } as const
    expect([...inverseFrequencies(rope, 8)]).toEqual([0.5, Math.fround(Math.fround(0.1) / 2), 0, 0])
  })

  it('tabulates cosines and sines from the first new position on', () => {
    const { cos, sin } = rotaryTables(Float64Array.of(1, 0), 2, 2)
    expect([...cos]).toEqual([Math.cos(2), 1, Math.cos(3), 1].map(Math.fround))
    expect([...sin]).toEqual([Math.sin(2), 0, Math.sin(3), 0].map(Math.fround))
  })

  it('lets a query see itself and what is less than the window behind it', () => {
    const seen = (mask: Float32Array) => Array.from(mask, (value) => (value === 0 ? '1' : '0')).join('')
    expect(seen(attentionMask(0, 3, null))).toBe('100' + '110' + '111')
    expect(seen(attentionMask(2, 2, 2))).toBe('0110' + '0011')
    expect(seen(attentionMask(4, 1, 1))).toBe('00001')
  })
})
