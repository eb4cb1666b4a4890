import { count, formatFactor, formatMoment } from '../../format-numbers.js'
import type { PastPoint, VerdictDetail } from '../../page-data.js'
import { joinPieces, showInvisible } from '../../show-invisible.js'
import { svgElement } from '../element.js'
import { makeFigure } from './figure.js'
import { drawDot, drawLine, drawSquare, type Point } from './plot.js'
import { logScale } from './scale.js'

const width = 420
const height = 90

/** How the error went from run to run, this one last. */
export function makeHistoryChart(verdict: VerdictDetail['verdict'], history: readonly PastPoint[]): HTMLElement {
  const { outcome, excess, engineVersion, limits } = verdict
  const runs = [...history, { at: 'this run', commit: null, outcome, excess, engineVersion }]
  const limit = limits?.rmsExcess ?? null
  const y = logScale([...runs.map((run) => run.excess ?? NaN), ...(limit === null ? [] : [limit])], height - 12, 12)
  const x = (place: number) => 12 + (place / (runs.length - 1)) * (width - 24)
  const drawn = runs.flatMap((run, place) =>
    run.excess === null ? [] : [{ run, point: [x(place), y.at(run.excess)] as Point }],
  )
  const upgrades = runs.flatMap((run, place) =>
    place > 0 && run.engineVersion !== runs[place - 1].engineVersion ? [place] : [],
  )
  return makeFigure({
    title: 'Error over the spread, run by run',
    summary: `${count(history.length, 'earlier run')}; ${upgrades.length === 0 ? 'one version of the engine' : count(upgrades.length, 'change of version')}.`,
    width,
    height,
    drawing: [
      ...(limit === null ? [] : [drawLine('limit', [[12, y.at(limit)] as Point, [width - 12, y.at(limit)] as Point])]),
      ...upgrades.map((place) =>
        svgElement('line', { class: 'upgrade', x1: x(place), x2: x(place), y1: 4, y2: height - 4 }),
      ),
      drawLine(
        'engine',
        drawn.map(({ point }) => point),
      ),
      ...drawn.map(({ run, point }) =>
        isGood(run) ? drawDot('engine', point, describe(run)) : drawSquare('bad', point, describe(run)),
      ),
    ],
    legend: [
      ['engine', 'good'],
      ['bad', 'bad'],
      ...(limit === null ? [] : [['limit', `limit: ${formatFactor(limit)}`] as const]),
      ...(upgrades.length === 0 ? [] : [['upgrade', 'another version of the engine'] as const]),
    ],
    heads: ['Run', 'Commit', 'Version', 'Outcome', 'Error / spread'],
    rows: runs.map((run) => [
      momentOf(run),
      show(run.commit?.slice(0, 12) ?? '–'),
      show(run.engineVersion ?? '–'),
      run.outcome,
      run.excess === null ? '–' : formatFactor(run.excess),
    ]),
  })
}

const isGood = ({ outcome }: PastPoint): boolean => outcome === 'pass' || outcome === 'near-tie'

const show = (text: string): string => joinPieces(showInvisible(text))

const momentOf = ({ at }: PastPoint): string => (at === 'this run' ? at : formatMoment(at))

const describe = (run: PastPoint): string =>
  show(
    `${momentOf(run)}: ${run.outcome}, ${formatFactor(run.excess ?? NaN)}, version ${run.engineVersion ?? 'unknown'}`,
  )
