import { jumpFactor, type PointError } from '../compare/find-first-jump.js'
import { printable } from '../prompt/printable.js'
import type { Bisection } from '../run/bisect.js'

/** Columns of the plot; each is a factor of ten from 0.1 to 10^7 times the noise, halved. */
const columns = 32

/** What a bisection found: a sentence, and the error behind each layer against the noise. */
export function formatPoints(bisection: Bisection): string {
  const { caseId, engine, reference, prompt, curve } = bisection
  const shown = curve.filter(
    ({ name, layer }) => layer === null || name === `layers.${layer}` || isFound(bisection, name),
  )
  const width = Math.max(...shown.map(({ name }) => name.length))
  const lines = shown.map((point) => {
    const mark = isFound(bisection, point.name) ? ' ←' : ''
    return `  ${point.name.padEnd(width)} ${formatRatio(point.ratio).padStart(9)} ${bar(point.ratio)}${mark}`
  })
  return [
    `${caseId} on ${printable(engine)} against ${reference}, prompt '${prompt}': error as a multiple of the noise, ${curve.length} points`,
    ...lines,
    describeBisection(bisection),
    '',
  ].join('\n')
}

/** `layer 7, attention (queries, after norm and rotary embedding): error 310 × the noise from position 8 on; before it at most 1.1 ×` */
export function describeBisection(bisection: Bisection): string {
  const { found, curve, donor, promptTokens, isHidden } = bisection
  if (curve.length === 0) return 'the engine and the reference have no hidden states in common'
  if (found === null) {
    const worst = Math.max(...curve.map(({ ratio }) => ratio))
    return `nothing errs more than ${formatRatio(worst)} the noise; more than ${jumpFactor} × would be a jump`
  }
  const before = curve.slice(0, curve.indexOf(found))
  const from = found.position === null ? '' : ` from position ${found.position} on`
  const steps = found.position !== null && found.position >= promptTokens ? ', which is generated text' : ''
  const clauses = [
    `${describePlace(bisection, found)}: ${describeSize(found)}${from}${steps}`,
    ...(isHidden ? ['the engine shows no hidden states there, so that the layer cannot be told'] : []),
    ...(before.length === 0 || isHidden
      ? []
      : [`before it at most ${formatRatio(Math.max(...before.map(({ ratio }) => ratio)))}`]),
    ...(donor === null ? [] : [`shares the K/V of layer ${donor}`]),
    ...describeCondition(bisection),
  ]
  return clauses.join('; ')
}

function describeSize({ error, ratio, widths }: PointError): string {
  if (widths !== undefined) return `another width, ${widths.actual} values instead of ${widths.expected}`
  return Number.isFinite(error) ? `error ${formatRatio(ratio)} the noise` : 'no numbers'
}

/** The part is left out where the engine shows nothing of a layer but its output, which any part of it may have spoilt. */
function describePlace({ curve }: Bisection, { name, layer, part, what }: PointError): string {
  if (layer === null) return `${part} (${what})`
  const isWhole = !curve.some((point) => point.layer === layer && point.name !== `layers.${layer}`)
  return isWhole && name === `layers.${layer}` ? `layer ${layer} (its output)` : `layer ${layer}, ${part} (${what})`
}

function describeCondition({ condition, chunk }: Bisection): string[] {
  switch (condition) {
    case 'always':
      return []
    case 'cached':
      return ['only through the KV cache']
    case 'after-another-prompt':
      return ['only after another prompt']
    case 'in-pieces':
      return [`only when the prompt is prefilled in pieces of ${chunk}`]
    case 'uncached':
      return ['only in one pass without a KV cache']
  }
}

const isFound = ({ found }: Bisection, name: string): boolean => found?.name === name

const formatRatio = (ratio: PointError['ratio']): string =>
  Number.isFinite(ratio) ? `${ratio < 10 ? ratio.toPrecision(2) : ratio.toFixed(0)} ×` : '∞ ×'

/** From 0.1 times the noise on, four columns a factor of ten. */
function bar(ratio: number): string {
  const length = Number.isFinite(ratio) ? Math.round(4 * Math.log10(Math.max(ratio, 0.1) / 0.1)) : columns
  return '▇'.repeat(Math.max(1, Math.min(columns, length)))
}
