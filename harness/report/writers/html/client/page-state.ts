import { formatAddress, readAddress, type PageAddress } from '../page-address.js'

type Listener = (now: PageAddress) => void

/** The search and the open verdict. They live in the address, so that a link to the page shows the same. */
export class PageState {
  #now = readAddress(location.hash)
  readonly #listeners: Listener[] = []

  constructor() {
    addEventListener('hashchange', () => {
      const { search, open } = readAddress(location.hash)
      // A link to a verdict alone keeps the search.
      this.set(open !== null && search === '' ? { open } : { search, open })
    })
  }

  get now(): PageAddress {
    return this.#now
  }

  /** Tells the listener now, and of every change. */
  listen(listener: Listener): void {
    this.#listeners.push(listener)
    listener(this.#now)
  }

  set(change: Partial<PageAddress>): void {
    this.#now = { ...this.#now, ...change }
    const hash = formatAddress(this.#now)
    if (hash !== location.hash) history.replaceState(null, '', hash === '' ? location.pathname : hash)
    for (const listener of this.#listeners) listener(this.#now)
  }
}
