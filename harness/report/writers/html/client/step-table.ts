import type { EvidenceUnit, StepEvidence, TokenLogit } from '../../../../evidence.js'
import { formatLogit, formatNumber } from '../format-numbers.js'
import { element } from './element.js'
import type { StepKind } from './step-kind.js'
import type { TokenNamer } from './token-namer.js'

/** The most likely tokens of a step on both sides, and by how much the reference's led. */
export function makeStepTable(
  step: StepEvidence,
  place: number,
  kind: StepKind,
  nameToken: TokenNamer,
  unit: EvidenceUnit,
): HTMLElement {
  const { topExpected, topActual, gap, error, uncachedError } = step
  const facts = [
    `Step ${place}${kind === 'equal' ? '' : `, ${kind === 'fork' ? 'a fork' : 'a near tie'}`}`,
    `gap ${formatNumber(gap)}`,
    `error ${formatNumber(error)}`,
    ...(uncachedError === null ? [] : [`uncached ${formatNumber(uncachedError)}`]),
  ]
  const ranks = Array.from({ length: Math.max(topExpected.length, topActual.length) }, (_, rank) => rank)
  const cells = (top: readonly TokenLogit[], rank: number) => {
    const entry = top.at(rank)
    if (entry === undefined) return [element('td'), element('td')]
    const [token, logit] = entry
    return [
      element(
        'td',
        { class: 'named' },
        nameToken.node(token),
        nameToken.isNamed(token) ? element('span', { class: 'id' }, ` ${token}`) : null,
      ),
      element('td', { class: 'number' }, formatLogit(logit)),
    ]
  }
  return element(
    'table',
    { class: 'tops' },
    element('caption', {}, facts.join(' · ')),
    element(
      'thead',
      {},
      element(
        'tr',
        {},
        ...['Rank', 'Reference', heads[unit], 'Engine', heads[unit]].map((head) =>
          element('th', { scope: 'col' }, head),
        ),
      ),
    ),
    element(
      'tbody',
      {},
      ...ranks.map((rank) =>
        element(
          'tr',
          { class: topExpected.at(rank)?.[0] === topActual.at(rank)?.[0] ? null : 'differs' },
          element('th', { scope: 'row' }, String(rank + 1)),
          ...cells(topExpected, rank),
          ...cells(topActual, rank),
        ),
      ),
    ),
  )
}

const heads = { logits: 'Logit', 'log-probabilities': 'Log-probability' } as const
