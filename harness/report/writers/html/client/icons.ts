import type { Change, Outcome } from '../../../../types.js'
import { svgElement } from './element.js'

/** What a verdict may be marked with: its outcome, a change, or that the machine was at fault. */
export type Mark = Outcome | Change | 'infrastructure' | 'gone'

/** Strokes in a square of 16 by 16. Shapes differ as much as colours do. */
const strokes: Readonly<Record<Mark, string>> = {
  pass: 'M3 8.5l3.5 3.5L13 4.5',
  'near-tie': 'M2.5 6.5c1.8-2.2 3.7-2.2 5.5 0s3.7 2.2 5.5 0M2.5 11c1.8-2.2 3.7-2.2 5.5 0s3.7 2.2 5.5 0',
  fail: 'M4 4l8 8M12 4l-8 8',
  error: 'M8 2.5v7M8 13v.5',
  known: 'M5 2.5h6v11l-3-2.7-3 2.7z',
  fixed: 'M8 2.5v11M3.2 5.2l9.6 5.6M12.8 5.2l-9.6 5.6',
  skipped: 'M4 8h8',
  regressed: 'M8 2.5v10.5M3.5 8.5L8 13l4.5-4.5',
  drifted: 'M2.5 12c3 0 4.5-1 6-4M9 4.5h4v4M13 4.5l-4.5 4.5',
  new: 'M8 3v10M3 8h10',
  infrastructure: 'M2.5 3h11v7.5h-11zM6 13.5h4M8 10.5v3',
  gone: 'M3 3l10 10M8 2.2a5.8 5.8 0 1 0 .1 0z',
}

/** Defines the icons, once a page. */
export const defineIcons = (): SVGElement =>
  svgElement(
    'svg',
    { class: 'icons', width: 0, height: 0, 'aria-hidden': 'true', focusable: 'false' },
    ...Object.entries(strokes).map(([mark, path]) =>
      svgElement('symbol', { id: `icon-${mark}`, viewBox: '0 0 16 16' }, svgElement('path', { d: path })),
    ),
  )

/** A decoration: the word that says the same always stands beside it. */
export const icon = (mark: Mark): SVGElement =>
  svgElement('svg', { class: 'icon', 'aria-hidden': 'true' }, svgElement('use', { href: `#icon-${mark}` }))
