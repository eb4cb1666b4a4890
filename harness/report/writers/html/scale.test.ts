import { expect, it } from 'vitest'
import { countScale, linearScale, logScale } from './client/charts/scale.js'

const labelsOf = ({ ticks }: { ticks: readonly { label: string }[] }) => ticks.map(({ label }) => label)

it('goes by powers of ten, zero at the low end and what is not finite at the high', () => {
  const scale = logScale([2e-5, 0.3, 0, NaN], 100, 0)
  expect(labelsOf(scale)).toEqual(['10⁻⁵', '10⁻⁴', '10⁻³', '10⁻²', '10⁻¹', '1'])
  expect([1e-5, 0, 1, NaN, Infinity].map(scale.at)).toEqual([100, 100, 0, 0, 0])
  expect(scale.at(0.001)).toBeCloseTo(60)
})

it('leaves out ticks where there would be many, and makes do with no value at all', () => {
  expect(labelsOf(logScale([1e-12, 1e2], 0, 1))).toEqual(['10⁻¹²', '10⁻⁹', '10⁻⁶', '10⁻³', '1'])
  expect(labelsOf(logScale([0, NaN], 0, 1))).toEqual(['10⁻¹', '1'])
})

it('goes evenly between the values', () => {
  const scale = linearScale([-10, 10], 0, 200)
  expect(labelsOf(scale)).toEqual(['−10', '−5', '0', '5', '10'])
  expect([-10, 0, 10].map(scale.at)).toEqual([0, 100, 200])
  expect(labelsOf(linearScale([3], 0, 1))).toEqual(['3', '3.2', '3.4', '3.6', '3.8', '4'])
})

it('gives each step its place', () => {
  const scale = countScale(4, 0, 80)
  expect([0, 3].map(scale.at)).toEqual([10, 70])
  expect(labelsOf(countScale(32, 0, 1))).toEqual(['0', '3', '6', '9', '12', '15', '18', '21', '24', '27', '30'])
})
