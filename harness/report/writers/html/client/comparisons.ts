import type { Comparison, Place } from '../../../../types.js'
import { formatNumber } from '../format-numbers.js'
import { badge } from './badge.js'
import { element, foreign } from './element.js'
import { formatLimits } from './provenance.js'

/** What was compared, and what came of each comparison. */
export const makeComparisons = (comparisons: readonly Comparison[]): HTMLElement[] => [
  element('h4', {}, 'Comparisons'),
  element(
    'div',
    { class: 'scroll', tabindex: 0, role: 'group', 'aria-label': 'Comparisons' },
    element(
      'table',
      { class: 'comparisons' },
      element('thead', {}, element('tr', {}, ...heads.map((head) => element('th', { scope: 'col' }, head)))),
      element('tbody', {}, ...comparisons.map(makeRow)),
    ),
  ),
]

const heads = ['Aspect', 'Result', 'First out of bounds', 'Numbers', 'Smallest limits that pass']

function makeRow({ aspect, passed, first, detail, metrics, needed, nearTies }: Comparison): HTMLElement {
  const numbers = Object.entries(metrics).map(([name, value]) =>
    element('span', { class: 'metric' }, foreign(name), ` ${formatNumber(value)}`),
  )
  const place = first === undefined ? null : foreign(sayPlace(first))
  return element(
    'tr',
    {},
    element('th', { scope: 'row' }, aspect),
    element('td', {}, badge(passed ? (nearTies.length > 0 ? 'near-tie' : 'pass') : 'fail')),
    element('td', { class: 'wide' }, place, place !== null && detail !== undefined ? ': ' : null, detailOf(detail)),
    element('td', { class: 'wide' }, ...numbers),
    element('td', {}, needed === null ? '–' : formatLimits(needed)),
  )
}

const detailOf = (detail: string | undefined) => (detail === undefined ? null : foreign(detail))

const sayPlace = ({ prompt, position, step, layer }: Place): string =>
  [
    prompt,
    ...(position === undefined ? [] : [`position ${position}`]),
    ...(step === undefined ? [] : [`step ${step}`]),
    ...(layer === undefined ? [] : [`layer ${layer}`]),
  ].join(', ')
