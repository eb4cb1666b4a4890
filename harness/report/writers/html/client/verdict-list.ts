import { formatDuration, formatFactor } from '../format-numbers.js'
import type { IndexedVerdict } from '../page-data.js'
import { badge, marksOf } from './badge.js'
import { element, foreign } from './element.js'
import { makePanel } from './panel.js'
import type { PageState } from './page-state.js'
import { readDetail } from './read-page.js'

export interface VerdictList {
  readonly node: HTMLElement
  show(isShown: (place: number) => boolean): void
  open(place: number): void
}

/** All verdicts, failures first. A verdict's panel is made when it is opened for the first time. */
export function makeVerdictList(verdicts: readonly IndexedVerdict[], state: PageState): VerdictList {
  const rows = verdicts.map((verdict, place) => new Row(verdict, place, state))
  const node = element(
    'section',
    { 'aria-labelledby': 'verdicts-title' },
    element('h2', { id: 'verdicts-title' }, 'Verdicts'),
    element('ol', { class: 'verdicts' }, ...rows.map((row) => row.node)),
  )
  return {
    node,
    show(isShown) {
      rows.forEach((row, place) => {
        row.node.hidden = !isShown(place)
      })
    },
    open(place) {
      rows[place].open()
    },
  }
}

class Row {
  readonly node: HTMLElement
  readonly #button: HTMLButtonElement
  readonly #panel: HTMLElement
  readonly #place: number

  constructor(verdict: IndexedVerdict, place: number, state: PageState) {
    this.#place = place
    const { caseId, engine, excess, elapsedMs, reason } = verdict
    this.#button = element(
      'button',
      { type: 'button', id: `verdict-${place}`, 'aria-expanded': 'false', 'aria-controls': `panel-${place}` },
      element('span', { class: 'badges' }, ...marksOf(verdict).map(badge)),
      element('span', { class: 'name' }, foreign(caseId), ' on ', foreign(engine)),
      element(
        'span',
        { class: 'figures' },
        element('span', { class: 'excess' }, excess === null ? '–' : formatFactor(excess)),
        element('span', { class: 'time' }, formatDuration(elapsedMs)),
      ),
    )
    this.#button.addEventListener('click', () => {
      if (this.#panel.hidden) {
        state.set({ open: verdict.id })
        return
      }
      this.#show(false)
      if (state.now.open === verdict.id) state.set({ open: null })
    })
    this.#panel = element('section', {
      id: `panel-${place}`,
      class: 'panel',
      'aria-labelledby': `verdict-${place}`,
      hidden: true,
    })
    this.node = element(
      'li',
      { class: `verdict is-${verdict.change === 'regressed' ? 'regressed' : verdict.outcome}` },
      element('h3', {}, this.#button),
      element('p', { class: 'reason' }, foreign(reason)),
      this.#panel,
    )
  }

  /** Shows the panel and brings it into view. */
  open(): void {
    this.#show(true)
    this.#button.focus({ preventScroll: true })
    this.node.scrollIntoView()
    if (!this.#panel.hasChildNodes()) void this.#fill()
  }

  #show(isOpen: boolean): void {
    this.#panel.hidden = !isOpen
    this.#button.setAttribute('aria-expanded', String(isOpen))
  }

  async #fill(): Promise<void> {
    this.#panel.setAttribute('aria-busy', 'true')
    try {
      this.#panel.replaceChildren(...makePanel(await readDetail(this.#place)))
    } catch (error) {
      this.#panel.replaceChildren(element('p', {}, 'This verdict cannot be read: ', foreign(String(error))))
    }
    this.#panel.removeAttribute('aria-busy')
    this.node.scrollIntoView()
  }
}
