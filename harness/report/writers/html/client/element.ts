/**
 * The only place where elements are made. Words that come from elsewhere (a model, a log, a file's name) go through
 * `foreign`, `foreignLog` or `foreignToken`; nothing is ever parsed as markup.
 */
import { showInvisible, showLog, showToken, type Piece } from '../show-invisible.js'

export type Attributes = Readonly<Record<string, string | number | boolean | null | undefined>>
export type Child = Node | string | null

export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  return fill(document.createElement(tag), attributes, children)
}

export function svgElement<K extends keyof SVGElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: readonly Child[]
): SVGElementTagNameMap[K] {
  return fill(document.createElementNS('http://www.w3.org/2000/svg', tag), attributes, children)
}

/** `true` is an attribute without a value; `false`, `null` and `undefined` are none. */
function fill<T extends Element>(made: T, attributes: Attributes, children: readonly Child[]): T {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) continue
    made.setAttribute(name, value === true ? '' : String(value))
  }
  made.append(...children.filter((child) => child !== null))
  return made
}

/** Foreign words, kept from turning the direction of what stands beside them; what is invisible shows its name. */
export const foreign = (text: string): HTMLElement => element('bdi', {}, ...showInvisible(text).map(pieceNode))

/** The same of several lines. */
export const foreignLog = (text: string): HTMLElement => element('bdi', {}, ...showLog(text).map(pieceNode))

/** The same of a token's text, where spaces show too. */
export const foreignToken = (text: string): HTMLElement =>
  element('bdi', { class: 'token' }, ...showToken(text).map(pieceNode))

const pieceNode = ({ text, isName }: Piece): Child => (isName ? element('span', { class: 'invisible' }, text) : text)

/** Shown to screen readers only. */
export const unseen = (text: string): HTMLElement => element('span', { class: 'unseen' }, text)
