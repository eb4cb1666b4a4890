import { formatFactor } from '../format-numbers.js'
import { formatAddress } from '../page-address.js'
import type { IndexedVerdict } from '../page-data.js'
import { badge, marksOf } from './badge.js'
import { element, foreign, unseen } from './element.js'

export interface Matrix {
  readonly node: HTMLElement
  /** Shows the verdicts that match alone: without the rows and columns that hold none. */
  show(isShown: (place: number) => boolean): void
}

/** Case × engine. A cell links to its verdict; several versions of an engine share a cell. */
export function makeMatrix(verdicts: readonly IndexedVerdict[], open: (place: number) => void): Matrix {
  const cases = [...new Set(verdicts.map(({ caseId }) => caseId))].sort()
  const engines = [...new Set(verdicts.map(({ engine }) => engine))].sort()
  const links = verdicts.map((verdict, place) => {
    const link = makeLink(verdict)
    link.addEventListener('click', (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return
      event.preventDefault()
      open(place)
    })
    return link
  })
  const heads = engines.map((engine) => element('th', { scope: 'col' }, foreign(engine)))
  const rows = cases.map((caseId) => {
    const cells = engines.map(() => element('td'))
    verdicts.forEach((verdict, place) => {
      if (verdict.caseId === caseId) cells[engines.indexOf(verdict.engine)].append(links[place])
    })
    return { cells, node: element('tr', {}, element('th', { scope: 'row' }, foreign(caseId)), ...cells) }
  })
  const node = element(
    'section',
    { 'aria-labelledby': 'matrix-title' },
    element('h2', { id: 'matrix-title' }, 'Cases and engines'),
    element(
      'div',
      { class: 'scroll matrix', tabindex: 0, role: 'group', 'aria-labelledby': 'matrix-title' },
      element(
        'table',
        {},
        element('thead', {}, element('tr', {}, element('th', { scope: 'col' }, 'Case'), ...heads)),
        element('tbody', {}, ...rows.map((row) => row.node)),
      ),
    ),
  )
  return {
    node,
    show(isShown) {
      links.forEach((link, place) => {
        link.hidden = !isShown(place)
      })
      const isFilled = (cell: HTMLElement) => [...cell.children].some((link) => !(link as HTMLElement).hidden)
      for (const row of rows) row.node.hidden = !row.cells.some(isFilled)
      heads.forEach((head, column) => {
        const isColumnFilled = rows.some(({ cells }) => isFilled(cells[column]))
        head.hidden = !isColumnFilled
        for (const { cells } of rows) cells[column].hidden = !isColumnFilled
      })
      node.hidden = rows.every((row) => row.node.hidden)
    },
  }
}

const makeLink = (verdict: IndexedVerdict): HTMLElement =>
  element(
    'a',
    { href: formatAddress({ search: '', open: verdict.id }) },
    ...marksOf(verdict).map(badge),
    verdict.excess === null ? null : element('span', { class: 'excess' }, formatFactor(verdict.excess)),
    unseen(', details'),
  )
