import { element, svgElement } from '../element.js'

export interface FigureParts {
  readonly title: string
  /** What the drawing shows, in a sentence. */
  readonly summary: string
  readonly width: number
  readonly height: number
  readonly drawing: readonly SVGElement[]
  /** Class of a swatch, and what it stands for. */
  readonly legend: readonly (readonly [kind: string, meaning: string])[]
  /** The same numbers as a table: heads, then rows. */
  readonly heads: readonly string[]
  readonly rows: readonly (readonly string[])[]
}

/** A drawing with a title, a sentence that says the same, a legend, and its numbers in a table. */
export function makeFigure(parts: FigureParts): HTMLElement {
  const { title, summary, width, height, drawing, legend } = parts
  const numbers = element('details', {}, element('summary', {}, 'Numbers'))
  numbers.addEventListener(
    'toggle',
    () => {
      numbers.append(makeTable(parts))
    },
    { once: true },
  )
  return element(
    'figure',
    {},
    element('figcaption', {}, element('strong', {}, title), element('span', {}, summary)),
    svgElement(
      'svg',
      { role: 'img', 'aria-label': `${title}. ${summary}`, viewBox: `0 0 ${width} ${height}` },
      ...drawing,
    ),
    element(
      'ul',
      { class: 'swatches' },
      ...legend.map(([kind, meaning]) =>
        element('li', {}, element('span', { class: `swatch ${kind}`, 'aria-hidden': 'true' }), meaning),
      ),
    ),
    numbers,
  )
}

const makeTable = ({ title, heads, rows }: FigureParts): HTMLElement =>
  element(
    'div',
    { class: 'scroll numbers', tabindex: 0, role: 'group', 'aria-label': `Numbers: ${title}` },
    element(
      'table',
      {},
      element('thead', {}, element('tr', {}, ...heads.map((head) => element('th', { scope: 'col' }, head)))),
      element(
        'tbody',
        {},
        ...rows.map(([first, ...others]) =>
          element(
            'tr',
            {},
            element('th', { scope: 'row' }, first),
            ...others.map((value) => element('td', { class: 'number' }, value)),
          ),
        ),
      ),
    ),
  )
