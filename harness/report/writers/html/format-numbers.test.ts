import { expect, it } from 'vitest'
import { formatBytes, formatDuration, formatFactor, formatLogit, formatMoment, formatNumber } from './format-numbers.js'

it('writes factors', () => {
  expect([0.5, 9.999, 212.4, 9e5, 3.21e7, Infinity, NaN].map(formatFactor)).toEqual([
    '0.50 ×',
    '10.00 ×',
    '212 ×',
    '900000 ×',
    '3.2e+7 ×',
    '∞ ×',
    'NaN ×',
  ])
})

it('writes numbers of any size', () => {
  expect([0, 1, -0.25, 0.00012345, -1.5e-9, 123456, 2e6, -Infinity].map((value) => formatNumber(value))).toEqual([
    '0',
    '1',
    '−0.25',
    '1.23e−4',
    '−1.50e−9',
    '123000',
    '2.00e+6',
    '−∞',
  ])
  expect([12.5, -0.00004, NaN].map(formatLogit)).toEqual(['12.5000', '−0.0000', 'NaN'])
})

it('writes times and sizes', () => {
  expect([900, 61_234, 3_723_000].map(formatDuration)).toEqual(['0.9 s', '1 min 1 s', '1 h 2 min'])
  expect([0, 1023, 2 ** 27, 1.5 * 2 ** 40].map(formatBytes)).toEqual(['0 B', '1020 B', '128 MiB', '1.5 TiB'])
  expect(formatMoment('2026-11-24T08:05:59.123Z')).toBe('2026-11-24 08:05 UTC')
})
