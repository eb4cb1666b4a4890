import type { EvidenceUnit, PromptEvidence } from '../../../../../evidence.js'
import { formatNumber } from '../../format-numbers.js'
import { makeFigure } from './figure.js'
import { areaOf, drawAxes, drawDot, drawLine, drawSquare, type Point } from './plot.js'
import { countScale, logScale } from './scale.js'

const width = 420
const height = 240

/** Error at each generated token: through the cache, and in one pass without it. */
export function makeStepsChart({ steps }: PromptEvidence, unit: EvidenceUnit): HTMLElement {
  const area = areaOf(width, height)
  const cached = steps.map(({ error }) => error)
  const uncached = steps.flatMap(({ uncachedError }) => (uncachedError === null ? [] : [uncachedError]))
  const isBoth = uncached.length === steps.length
  const x = countScale(steps.length, area.left, area.right)
  const y = logScale([...cached, ...uncached], area.bottom, area.top)
  const points = (values: readonly number[]) => values.map((value, step): Point => [x.at(step), y.at(value)])
  // A NaN is worse than any number.
  const worst = cached.reduce((best, error, step) => (sizeOf(error) > sizeOf(cached[best]) ? step : best), 0)
  return makeFigure({
    title: unit === 'logits' ? 'Error per step' : 'Error per step, of log-probabilities',
    summary: `Largest at step ${worst}: ${formatNumber(cached[worst])} through the cache${isBoth ? `, ${formatNumber(uncached[worst])} without it` : ''}.`,
    width,
    height,
    drawing: [
      ...drawAxes(area, x, y, 'generated token'),
      ...(isBoth ? [drawLine('uncached', points(uncached))] : []),
      drawLine('engine', points(cached)),
      ...(isBoth
        ? points(uncached).map((point, step) =>
            drawSquare('uncached', point, `step ${step}, uncached: ${formatNumber(uncached[step])}`),
          )
        : []),
      ...points(cached).map((point, step) =>
        drawDot('engine', point, `step ${step}, cached: ${formatNumber(cached[step])}`),
      ),
    ],
    legend: [['engine', 'through the KV cache'], ...(isBoth ? [['uncached', 'in one uncached pass'] as const] : [])],
    heads: ['Step', 'Cached', ...(isBoth ? ['Uncached'] : [])],
    rows: steps.map(({ error }, step) => [
      String(step),
      formatNumber(error),
      ...(isBoth ? [formatNumber(uncached[step])] : []),
    ]),
  })
}

const sizeOf = (error: number): number => (Number.isNaN(error) ? Infinity : error)
