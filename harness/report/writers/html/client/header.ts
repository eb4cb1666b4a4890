import { count, formatDuration, formatMoment } from '../format-numbers.js'
import { hasToken, toggleToken } from '../match-search.js'
import { urgency } from '../order-verdicts.js'
import type { PageData } from '../page-data.js'
import { marksOf } from './badge.js'
import { commandBox } from './copy-button.js'
import { element, foreign } from './element.js'
import { icon, type Mark } from './icons.js'
import type { PageState } from './page-state.js'

/** What became of the run, and what it was. */
export const makeHeader = (page: PageData, state: PageState): HTMLElement =>
  element(
    'header',
    { class: 'page-header' },
    element('p', { class: 'product' }, 'transformers-parity'),
    element('h1', {}, headline(page)),
    element('div', { class: 'counts', role: 'group', 'aria-label': 'Filter by outcome' }, ...countButtons(page, state)),
    element(
      'dl',
      { class: 'facts' },
      ...fact('Version', page.toolVersion),
      ...fact('Started', `${formatMoment(page.startedAt)}, took ${formatDuration(page.elapsedMs)}`),
      ...fact('Machine', page.machine),
      ...(page.shard === null ? [] : fact('Part', `${page.shard} of a sharded run`)),
      ...(page.leftToNightly === 0 ? [] : fact('Nightly', `${page.leftToNightly} more with --nightly`)),
    ),
    commandBox(page.command, 'Command of this run'),
  )

function headline({ verdicts, bad }: PageData): string {
  if (verdicts.length === 0) return 'Nothing was compared'
  return bad === 0
    ? `${count(verdicts.length, 'verdict')}, none of them bad`
    : `${bad} of ${count(verdicts.length, 'verdict')} ${bad === 1 ? 'is' : 'are'} bad`
}

const fact = (name: string, value: string): HTMLElement[] => [
  element('div', {}, element('dt', {}, name), element('dd', {}, foreign(value))),
]

/** As the list below, then what has no place of its own there. */
const listOrder: readonly Mark[] = [...urgency, 'new', 'gone']

/** A button for each outcome and change that occurs; it puts the token into the search and takes it out again. */
function countButtons({ verdicts, gone }: PageData, state: PageState): HTMLElement[] {
  const counted = listOrder.map((mark): [Mark, number] => [
    mark,
    mark === 'gone' ? gone.length : verdicts.filter((verdict) => marksOf(verdict).includes(mark)).length,
  ])
  return counted
    .filter(([, number]) => number > 0)
    .map(([mark, number]) => {
      const token = `s:${mark}`
      const button = element(
        'button',
        { type: 'button', class: `count is-${mark}` },
        icon(mark),
        element('strong', {}, String(number)),
        ` ${mark}`,
      )
      button.addEventListener('click', () => {
        state.set({ search: toggleToken(state.now.search, token) })
      })
      state.listen(({ search }) => {
        button.setAttribute('aria-pressed', String(hasToken(search, token)))
      })
      return button
    })
}
