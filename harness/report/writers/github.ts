import type { Verdict } from '../../types.js'
import type { Report } from '../build.js'
import type { MakeReporter } from '../reporter.js'
import { describeChanges, describeCounts, describeRun } from './describe-report.js'
import { describePlace, isDivergence, isUnjudged, nameOutcome } from './describe-verdict.js'
import { orderVerdicts } from './html/order-verdicts.js'
import { shorten, showText, showLine } from './show-text.js'

/** Prints workflow commands, of which GitHub makes annotations of the run. */
export const makeReporter: MakeReporter = ({ print }) => ({
  name: 'github',
  onEnd: (report) => {
    print(formatAnnotations(report))
    return []
  },
})

/** GitHub shows no more of each kind of a step. */
const mostOfKind = 10

/** Errors for what diverged, warnings for what should be looked at, and a notice with the counts. */
export function formatAnnotations(report: Report): string {
  const verdicts = orderVerdicts(report.verdicts)
  const errors = verdicts.filter(isDivergence)
  const warnings = verdicts.filter((verdict) => !isDivergence(verdict) && isWorthAWarning(verdict))
  const lines = [
    ...errors.slice(0, mostOfKind).map((verdict) => annotate('error', verdict)),
    ...warnings.slice(0, mostOfKind).map((verdict) => annotate('warning', verdict)),
    formatCommand('notice', 'Parity with transformers', formatSummary(report, errors.length, warnings.length)),
  ]
  return `${lines.join('\n')}\n`
}

const isWorthAWarning = (verdict: Verdict) =>
  isUnjudged(verdict) || verdict.change === 'drifted' || verdict.outcome === 'known'

function annotate(kind: 'error' | 'warning', verdict: Verdict): string {
  const { caseId, engine, reason, hint, reproduce } = verdict
  const place = describePlace(verdict)
  const lines = [
    showLine(reason),
    ...(place === null ? [] : [`first out of bounds: ${showLine(place)}`]),
    ...(hint === undefined ? [] : [`hint: ${showLine(hint)}`]),
    `reproduce: ${showText(reproduce)}`,
  ]
  const title = `${nameOutcome(verdict)}: ${showLine(caseId)} on ${showLine(engine)}`
  return formatCommand(kind, shorten(title, 200), shorten(lines.join('\n'), 4000))
}

function formatSummary(report: Report, errors: number, warnings: number): string {
  const since = describeChanges(report)
  const hidden = [
    ...(errors > mostOfKind ? [`${mostOfKind} of ${errors} errors`] : []),
    ...(warnings > mostOfKind ? [`${mostOfKind} of ${warnings} warnings`] : []),
  ]
  return [
    `${describeCounts(report)} ${describeRun(report)}`,
    ...(since === '' ? [] : [`since the baseline: ${since}`]),
    ...(hidden.length === 0 ? [] : [`GitHub shows ${hidden.join(' and ')}`]),
  ].join('\n')
}

const formatCommand = (kind: 'error' | 'warning' | 'notice', title: string, text: string) =>
  `::${kind} title=${escapeProperty(title)}::${escapeData(text)}`

/** The runner reads a line as one command; these are the escapes that it knows. */
const escapeData = (text: string) => text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
const escapeProperty = (text: string) => escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C')
