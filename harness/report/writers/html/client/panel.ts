import type { VerdictDetail } from '../page-data.js'
import { unpackEvidence } from '../pack-evidence.js'
import { makeComparisons } from './comparisons.js'
import { commandBox } from './copy-button.js'
import { element, foreign, foreignLog } from './element.js'
import { makeFigures } from './figures.js'
import { makeHistoryChart } from './charts/history-chart.js'
import { makeProvenance } from './provenance.js'

/** All that is known of a verdict. */
export function makePanel({ verdict, evidence, history }: VerdictDetail): HTMLElement[] {
  const { hint, stage, fault, change, log, notCompared, reproduce } = verdict
  const figures = evidence === null ? [] : makeFigures(unpackEvidence(evidence), verdict)
  return [
    element(
      'div',
      { class: 'notes' },
      ...note('Since the baseline', change === undefined ? null : sayChange[change]),
      ...note('Whose fault', fault === undefined ? null : sayFault[fault]),
      ...note('Stage', stage ?? null),
      ...note('Hint', hint ?? null),
      ...notCompared.flatMap((what) => note('Not compared', what)),
    ),
    element('h4', {}, 'Reproduce'),
    commandBox(reproduce, 'Command that shows it again'),
    ...(log === undefined || log.trim() === ''
      ? []
      : [
          element('h4', {}, 'Log of the engine'),
          element(
            'pre',
            { class: 'scroll log', tabindex: 0, role: 'group', 'aria-label': 'Log' },
            foreignLog(log.trimEnd()),
          ),
        ]),
    ...figures,
    ...(verdict.comparisons.length === 0 ? [] : makeComparisons(verdict.comparisons)),
    ...(history.length === 0 ? [] : [element('h4', {}, 'History'), makeHistoryChart(verdict, history)]),
    ...makeProvenance(verdict),
  ]
}

const note = (name: string, text: string | null): HTMLElement[] =>
  text === null ? [] : [element('p', {}, element('strong', {}, name), ' ', foreign(text))]

const sayChange = {
  regressed: 'regressed: it was accepted as good',
  fixed: 'fixed: it was accepted as bad',
  drifted: 'drifted: still within limits, but the error grew to three times the accepted one or more',
  new: 'new: the baseline does not know it',
} as const

const sayFault = {
  engine: 'the engine’s',
  infrastructure: 'infrastructure: the machine that should have run it, not the engine',
} as const
