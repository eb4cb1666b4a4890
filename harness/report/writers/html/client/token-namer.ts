import type { Evidence } from '../../../../evidence.js'
import { element, foreignToken } from './element.js'

export interface TokenNamer {
  isNamed(token: number): boolean
  node(token: number): HTMLElement
}

/** Tokens by what they decode to, or by their number where that is not known. */
export const tokenNamer = (texts: Evidence['texts']): TokenNamer => ({
  isNamed: (token) => Object.hasOwn(texts, token),
  node: (token) =>
    Object.hasOwn(texts, token) ? foreignToken(texts[token]) : element('span', { class: 'token is-id' }, `#${token}`),
})
