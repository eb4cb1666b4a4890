/** Draws the page out of the data that stands in it. */
import { count } from '../format-numbers.js'
import { parseSearch } from '../match-search.js'
import { element } from './element.js'
import { makeGoneList } from './gone-list.js'
import { makeHeader } from './header.js'
import { defineIcons } from './icons.js'
import { makeMatrix } from './matrix.js'
import { PageState } from './page-state.js'
import { readIndex } from './read-page.js'
import { makeSearchBox } from './search-box.js'
import { makeVerdictList } from './verdict-list.js'

const page = readIndex()
const { verdicts } = page
const state = new PageState()
const list = makeVerdictList(verdicts, state)
const matrix = makeMatrix(verdicts, (place) => {
  state.set({ open: verdicts[place].id })
  list.open(place)
})
const gone = makeGoneList(page.gone)

let shown = verdicts.map(() => true)
let search: string | null = null

state.listen((now) => {
  if (now.search !== search) {
    search = now.search
    const matches = parseSearch(search)
    shown = verdicts.map(matches)
    matrix.show((place) => shown[place])
    list.show((place) => shown[place])
    gone.show(matches)
  }
})

const describe = (): string => {
  const found = shown.filter(Boolean).length
  return found === verdicts.length ? count(found, 'verdict') : `${found} of ${count(verdicts.length, 'verdict')}`
}

document.body.append(
  defineIcons(),
  makeHeader(page, state),
  element('main', {}, makeSearchBox(state, describe), matrix.node, list.node, gone.node),
)

// Opened once it stands in the document, where it can be scrolled to.
let opened: string | null = null
state.listen(({ open }) => {
  if (open === opened) return
  opened = open
  const place = verdicts.findIndex(({ id }) => id === open)
  if (place === -1) return
  if (!shown[place]) state.set({ search: '' })
  list.open(place)
})
