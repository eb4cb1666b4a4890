import type { Evidence } from '../../../../evidence.js'
import type { NearTie } from '../../../../types.js'
import type { VerdictDetail } from '../page-data.js'
import { makeLayersChart } from './charts/layers-chart.js'
import { makeScatterChart } from './charts/scatter-chart.js'
import { makeStepsChart } from './charts/steps-chart.js'
import { element, foreign } from './element.js'
import { makeTimeline } from './timeline.js'
import { tokenNamer } from './token-namer.js'

let made = 0

/** The figures of a verdict. Timeline and error per step are those of the prompt that is chosen. */
export function makeFigures(evidence: Evidence, verdict: VerdictDetail['verdict']): HTMLElement[] {
  const { unit, prompts, layers, scatter } = evidence
  const nameToken = tokenNamer(evidence.texts)
  const ties = verdict.comparisons.flatMap(({ nearTies }) => nearTies)
  const timeline = element('div')
  const steps = element('div')
  const choose = (place: number) => {
    const chosen = prompts[place]
    timeline.replaceChildren(makeTimeline(chosen, stepsOf(ties, chosen.prompt), nameToken, unit))
    steps.replaceChildren(...(chosen.steps.length === 0 ? [] : [makeStepsChart(chosen, unit)]))
  }
  // The prompt that has something to show.
  const first = Math.max(
    0,
    prompts.findIndex((prompt) => prompt.steps.some(({ expected, actual }) => expected !== actual)),
  )
  if (prompts.length > 0) choose(first)
  return [
    ...(prompts.length === 0
      ? []
      : [element('h4', {}, 'Generated tokens'), makeChooser(prompts, first, choose), timeline]),
    element('h4', {}, 'Errors'),
    element(
      'div',
      { class: 'charts' },
      layers === null ? null : makeLayersChart(layers, verdict.limits),
      steps,
      scatter.length === 0 ? null : makeScatterChart(scatter, unit),
    ),
  ]
}

const stepsOf = (ties: readonly NearTie[], prompt: string): ReadonlySet<number> =>
  new Set(ties.flatMap((tie) => (tie.prompt === prompt && tie.step !== undefined ? [tie.step] : [])))

function makeChooser(prompts: Evidence['prompts'], first: number, choose: (place: number) => void): HTMLElement {
  if (prompts.length === 1) return element('p', {}, 'Prompt ', foreign(prompts[0].prompt))
  const name = `prompt-${++made}`
  return element(
    'fieldset',
    { class: 'chooser' },
    element('legend', {}, 'Prompt'),
    ...prompts.map(({ prompt }, place) => {
      const input = element('input', { type: 'radio', name, checked: place === first })
      input.addEventListener('change', () => {
        choose(place)
      })
      return element('label', {}, input, foreign(prompt))
    }),
  )
}
