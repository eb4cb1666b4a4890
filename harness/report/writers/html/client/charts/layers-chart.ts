import type { LayerEvidence } from '../../../../../evidence.js'
import type { Limits } from '../../../../../types.js'
import { formatNumber } from '../../format-numbers.js'
import { svgElement } from '../element.js'
import { makeFigure } from './figure.js'
import { areaOf, drawAxes, drawDot, drawLine, type Point } from './plot.js'
import { countScale, logScale } from './scale.js'

const width = 420
const height = 240

/** Error of the hidden states behind each layer over the noise, and where it leaves it. */
export function makeLayersChart({ error, noise, firstBeyond }: LayerEvidence, limits: Limits | null): HTMLElement {
  const area = areaOf(width, height)
  const bound = limits === null ? [] : noise.map((value) => value * limits.maxExcess)
  const x = countScale(error.length, area.left, area.right)
  const y = logScale([...error, ...noise, ...bound], area.bottom, area.top)
  const points = (values: readonly number[]) => values.map((value, layer): Point => [x.at(layer), y.at(value)])
  const band = [...points(noise), [x.at(noise.length - 1), area.bottom], [x.at(0), area.bottom]]
  const summary =
    firstBeyond === null
      ? `The error stays within bounds in all ${error.length} layers.`
      : `The error is first out of bounds in layer ${firstBeyond} of 0–${error.length - 1}: ${formatNumber(error[firstBeyond])} against a noise of ${formatNumber(noise[firstBeyond])}.`
  return makeFigure({
    title: 'Error per layer',
    summary,
    width,
    height,
    drawing: [
      svgElement('polygon', { class: 'band', points: band.map((point) => point.join(',')).join(' ') }),
      ...drawAxes(area, x, y, 'layer'),
      ...(bound.length === 0 ? [] : [drawLine('limit', points(bound))]),
      ...(firstBeyond === null ? [] : drawCrossing(x.at(firstBeyond), area.top, area.bottom)),
      drawLine('engine', points(error)),
      ...points(error).map((point, layer) =>
        drawDot(
          layer === firstBeyond ? 'crossing' : 'engine',
          point,
          `layer ${layer}: ${formatNumber(error[layer])}, noise ${formatNumber(noise[layer])}`,
          layer === firstBeyond ? 5 : 3,
        ),
      ),
    ],
    legend: [
      ['engine', 'the engine'],
      ['band', 'noise: what transformers itself errs by in this dtype'],
      ...(limits === null ? [] : [['limit', `limit: ${formatNumber(limits.maxExcess)} × the noise`] as const]),
      ...(firstBeyond === null ? [] : [['crossing', `first beyond: layer ${firstBeyond}`] as const]),
    ],
    heads: ['Layer', 'Error', 'Noise'],
    rows: error.map((value, layer) => [String(layer), formatNumber(value), formatNumber(noise[layer])]),
  })
}

const drawCrossing = (x: number, top: number, bottom: number): SVGElement[] => [
  svgElement('line', { class: 'line crossing', x1: x, x2: x, y1: top, y2: bottom }),
]
