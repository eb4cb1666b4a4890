import type { Searched } from '../match-search.js'
import type { GoneRow } from '../page-data.js'
import { badge } from './badge.js'
import { element, foreign } from './element.js'

export interface GoneList {
  readonly node: HTMLElement
  show(isShown: (verdict: Searched) => boolean): void
}

/** Accepted verdicts that no case gives any more. */
export function makeGoneList(gone: readonly GoneRow[]): GoneList {
  const rows = gone.map(({ caseId, engine, outcome }) =>
    element(
      'li',
      {},
      badge('gone'),
      element('span', { class: 'name' }, foreign(caseId), ' on ', foreign(engine)),
      element('span', {}, `accepted as ${outcome}`),
    ),
  )
  const node = element(
    'section',
    { 'aria-labelledby': 'gone-title' },
    element('h2', { id: 'gone-title' }, 'Gone since the baseline'),
    element('ul', { class: 'gone' }, ...rows),
  )
  return {
    node,
    show(isShown) {
      rows.forEach((row, place) => {
        row.hidden = !isShown({ caseId: gone[place].caseId, engine: gone[place].engine, change: 'gone' })
      })
      node.hidden = rows.every((row) => row.hidden)
    },
  }
}
