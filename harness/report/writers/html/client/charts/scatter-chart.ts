import type { Evidence } from '../../../../../evidence.js'
import { formatLogit, formatNumber } from '../../format-numbers.js'
import { makeFigure } from './figure.js'
import { areaOf, drawAxes, drawDot, drawLine, type Point } from './plot.js'
import { linearScale } from './scale.js'

const size = 400

/** Values of the engine over those of the reference: what is right lies on the diagonal. */
export function makeScatterChart(scatter: Evidence['scatter'], unit: Evidence['unit']): HTMLElement {
  const drawn = scatter.filter((pair) => pair.every(Number.isFinite))
  const area = areaOf(size, size)
  const values = drawn.flat()
  const x = linearScale(values, area.left, area.right)
  const y = linearScale(values, area.bottom, area.top)
  const errors = drawn.map(([expected, actual]) => Math.abs(actual - expected))
  const worst = errors.reduce((best, error, place) => (error > errors[best] ? place : best), 0)
  const missing = scatter.length - drawn.length
  const ends = [Math.min(...values), Math.max(...values)].map((value): Point => [x.at(value), y.at(value)])
  return makeFigure({
    title: unit === 'logits' ? 'Logits' : 'Log-probabilities',
    summary: [
      ...(drawn.length === 0
        ? []
        : [
            `${drawn.length} sampled ${unit}; the largest difference is ${formatNumber(errors[worst])}, where the reference has ${formatLogit(drawn[worst][0])}.`,
          ]),
      ...(missing === 0 ? [] : [`${missing} are not finite and not drawn.`]),
    ].join(' '),
    width: size,
    height: size,
    drawing: [
      ...drawAxes(area, x, y, 'reference'),
      ...(drawn.length === 0 ? [] : [drawLine('diagonal', ends)]),
      ...drawn.map(([expected, actual], place) =>
        drawDot(
          place === worst ? 'crossing' : 'sample',
          [x.at(expected), y.at(actual)],
          `reference ${formatLogit(expected)}, engine ${formatLogit(actual)}`,
          place === worst ? 5 : 2.5,
        ),
      ),
    ],
    legend: [
      ['sample', `a ${unit === 'logits' ? 'logit' : 'log-probability'}: reference across, engine up`],
      ['diagonal', 'equal'],
      ['crossing', 'largest difference'],
    ],
    heads: ['Reference', 'Engine', 'Difference'],
    rows: scatter.map(([expected, actual]) => [
      formatLogit(expected),
      formatLogit(actual),
      formatNumber(actual - expected),
    ]),
  })
}
