import { element } from './element.js'
import type { PageState } from './page-state.js'

/** The search, which `/` focuses from anywhere. `describe` says what was found. */
export function makeSearchBox(state: PageState, describe: () => string): HTMLElement {
  const input = element('input', {
    type: 'search',
    id: 'search',
    placeholder: 's:fail  e:mlx  m:e4b',
    autocomplete: 'off',
    autocapitalize: 'off',
    spellcheck: 'false',
    'aria-describedby': 'search-help',
    'aria-keyshortcuts': '/',
  })
  const found = element('p', { class: 'found', role: 'status' })
  input.addEventListener('input', () => {
    state.set({ search: input.value })
  })
  state.listen(({ search }) => {
    if (input.value !== search) input.value = search
    found.textContent = describe()
  })
  addEventListener('keydown', (event) => {
    const isTyping = event.target instanceof HTMLInputElement || event.target instanceof HTMLSelectElement
    if (event.key !== '/' || isTyping || event.ctrlKey || event.metaKey || event.altKey) return
    event.preventDefault()
    input.focus()
  })
  const example = (token: string) => element('code', {}, token)
  return element(
    'search',
    { class: 'search', 'aria-label': 'Verdicts' },
    element('label', { for: 'search' }, 'Search'),
    input,
    element('kbd', { 'aria-hidden': 'true' }, '/'),
    found,
    element(
      'p',
      { id: 'search-help', class: 'help' },
      example('s:'),
      ' outcome or change, ',
      example('e:'),
      ' engine, ',
      example('m:'),
      ' case; ',
      example('!'),
      ' excludes',
    ),
  )
}
