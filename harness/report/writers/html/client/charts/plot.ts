import { svgElement } from '../element.js'
import type { Scale } from './scale.js'

/** The inside of a drawing: between the axes. */
export interface Area {
  readonly left: number
  readonly right: number
  readonly top: number
  readonly bottom: number
}

export const areaOf = (width: number, height: number): Area => ({
  left: 46,
  right: width - 12,
  top: 12,
  bottom: height - 38,
})

/** Lines and labels of both axes. */
export function drawAxes({ left, right, top, bottom }: Area, x: Scale, y: Scale, xName: string): SVGElement[] {
  return [
    ...y.ticks.flatMap(({ value, label }) => [
      svgElement('line', { class: 'grid', x1: left, x2: right, y1: y.at(value), y2: y.at(value) }),
      svgElement('text', { x: left - 6, y: y.at(value) + 4, 'text-anchor': 'end' }, label),
    ]),
    ...x.ticks.map(({ value, label }) =>
      svgElement('text', { x: x.at(value), y: bottom + 16, 'text-anchor': 'middle' }, label),
    ),
    svgElement('line', { class: 'axis', x1: left, x2: right, y1: bottom, y2: bottom }),
    svgElement('text', { x: (left + right) / 2, y: bottom + 33, 'text-anchor': 'middle' }, xName),
    svgElement('line', { class: 'axis', x1: left, x2: left, y1: top, y2: bottom }),
  ]
}

export type Point = readonly [x: number, y: number]

export const drawLine = (kind: string, points: readonly Point[]): SVGElement =>
  svgElement('polyline', { class: `line ${kind}`, points: points.map((point) => point.join(',')).join(' ') })

export const drawDot = (kind: string, [x, y]: Point, title: string, radius = 3): SVGElement =>
  svgElement('circle', { class: `dot ${kind}`, cx: x, cy: y, r: radius }, svgElement('title', {}, title))

export const drawSquare = (kind: string, [x, y]: Point, title: string): SVGElement =>
  svgElement(
    'rect',
    { class: `dot ${kind}`, x: x - 2.5, y: y - 2.5, width: 5, height: 5 },
    svgElement('title', {}, title),
  )
