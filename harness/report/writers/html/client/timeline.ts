import type { EvidenceUnit, PromptEvidence, StepEvidence } from '../../../../evidence.js'
import { element, unseen } from './element.js'
import { icon } from './icons.js'
import { kindOf, type StepKind } from './step-kind.js'
import { makeStepTable } from './step-table.js'
import type { TokenNamer } from './token-namer.js'

/**
 * The generated tokens in two rows, the reference's above the engine's. The most likely tokens of a step show below when it
 * is pointed at or focused; arrow keys go from step to step.
 */
export function makeTimeline(
  prompt: PromptEvidence,
  ties: ReadonlySet<number>,
  nameToken: TokenNamer,
  unit: EvidenceUnit,
): HTMLElement {
  const kinds = prompt.steps.map((step, place) => kindOf(step, ties.has(place)))
  const inspector = element('div', { class: 'inspector' })
  const columns = prompt.steps.map((step, place) => makeColumn(step, place, kinds[place], nameToken))
  let chosen = Math.max(
    0,
    kinds.findIndex((kind) => kind !== 'equal'),
  )
  const inspect = (place: number) => {
    inspector.replaceChildren(makeStepTable(prompt.steps[place], place, kinds[place], nameToken, unit))
  }
  const choose = (place: number) => {
    columns.forEach((column, other) => {
      column.tabIndex = other === place ? 0 : -1
      column.setAttribute('aria-pressed', String(other === place))
    })
    chosen = place
    inspect(place)
  }
  columns.forEach((column, place) => {
    column.addEventListener('mouseenter', () => {
      inspect(place)
    })
    column.addEventListener('focus', () => {
      choose(place)
    })
    column.addEventListener('click', () => {
      choose(place)
    })
    column.addEventListener('keydown', (event) => {
      const next = goTo(event.key, place, columns.length)
      if (next === null) return
      event.preventDefault()
      columns[next].focus()
    })
  })
  const strip = element('div', { class: 'steps', role: 'toolbar', 'aria-label': 'Steps' }, ...columns)
  strip.addEventListener('mouseleave', () => {
    inspect(chosen)
  })
  if (columns.length > 0) choose(chosen)
  return element(
    'div',
    { class: 'timeline' },
    makePromptLine(prompt, nameToken),
    element(
      'div',
      { class: 'rows' },
      element('div', { class: 'sides', 'aria-hidden': 'true' }, ...sides.map((side) => element('span', {}, side))),
      strip,
    ),
    makeLegend(),
    inspector,
  )
}

const sides = ['step', 'reference', '', 'engine']

const signs = { equal: null, 'near-tie': 'near-tie', fork: 'fail' } as const

function makeColumn(step: StepEvidence, place: number, kind: StepKind, nameToken: TokenNamer): HTMLElement {
  const sign = signs[kind]
  return element(
    'button',
    { type: 'button', class: `step is-${kind}` },
    element('span', { class: 'number' }, unseen('step '), String(place)),
    element('span', {}, unseen(' reference '), nameToken.node(step.expected)),
    element('span', { class: 'sign' }, ...(sign === null ? [] : [icon(sign), unseen(` ${kind} `)])),
    element('span', {}, unseen(' engine '), nameToken.node(step.actual)),
  )
}

function goTo(key: string, place: number, length: number): number | null {
  if (key === 'ArrowRight') return Math.min(place + 1, length - 1)
  if (key === 'ArrowLeft') return Math.max(place - 1, 0)
  if (key === 'Home') return 0
  return key === 'End' ? length - 1 : null
}

const makePromptLine = ({ tokens }: PromptEvidence, nameToken: TokenNamer): HTMLElement =>
  element(
    'details',
    { class: 'prompt' },
    element('summary', {}, `The prompt: ${tokens.length} tokens`),
    element('p', {}, ...tokens.map((token) => nameToken.node(token))),
  )

const makeLegend = (): HTMLElement =>
  element(
    'p',
    { class: 'legend' },
    element('span', { class: 'is-fork' }, icon('fail'), 'fork: the engine took another token'),
    element('span', { class: 'is-near-tie' }, icon('near-tie'), 'near tie: the reference cannot tell them apart'),
  )
