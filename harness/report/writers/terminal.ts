import { styleText } from 'node:util'
import Table from 'cli-table3'
import type { Verdict } from '../../types.js'
import type { Report } from '../build.js'
import type { MakeReporter } from '../reporter.js'
import { describeChanges, describeCounts, describeEngines, describeRun } from './describe-report.js'
import {
  countEqual,
  describeNeeded,
  formatExcess,
  formatNeeded,
  formatSeconds,
  isUnjudged,
  nameOutcome,
} from './describe-verdict.js'
import { showText, showLine, showLog } from './show-text.js'

/** Prints the whole report at the end. */
export const makeReporter: MakeReporter = ({ isColoured, print }) => ({
  name: 'terminal',
  onEnd: (report) => {
    print(formatTerminal(report, isColoured))
    return []
  },
})

type Paint = (verdict: Verdict) => string

const colours = {
  pass: 'green',
  'near-tie': 'green',
  fail: 'red',
  error: 'red',
  known: 'yellow',
  fixed: 'red',
  skipped: 'gray',
} as const

/**
 * A table of case × engine, then a paragraph for each verdict that needs one, what could not be judged, what is gone, and
 * the counts. Nothing that an engine wrote reaches the terminal as an instruction.
 */
export function formatTerminal(report: Report, isColoured: boolean): string {
  const paint: Paint = (verdict) =>
    isColoured ? styleText(colourOf(verdict), nameOutcome(verdict), { validateStream: false }) : nameOutcome(verdict)
  const table = new Table({
    head: ['case', 'engine', 'outcome', 'error / spread', 'limits needed', 'tokens', 'time'],
    colAligns: ['left', 'left', 'left', 'right', 'right', 'right', 'right'],
    style: { head: isColoured ? ['bold'] : [], border: isColoured ? ['gray'] : [], compact: true },
  })
  for (const verdict of report.verdicts) table.push(cells(verdict, paint))
  const parts = [
    table.toString(),
    ...report.verdicts.filter(needsWords).map((verdict) => formatNote(verdict, paint)),
    formatUnjudged(report),
    formatGone(report),
    describeEngines(report.verdicts.filter(isOnGpu)).join('\n'),
    formatSummary(report),
  ]
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`
}

function colourOf(verdict: Verdict) {
  if (verdict.change === 'drifted' || isUnjudged(verdict)) return 'yellow'
  return verdict.change === 'regressed' ? 'red' : colours[verdict.outcome]
}

const cells = (verdict: Verdict, paint: Paint): string[] => [
  showLine(verdict.caseId),
  showLine(verdict.engine),
  paint(verdict),
  formatExcess(verdict),
  formatNeeded(verdict),
  countEqual(verdict),
  formatSeconds(verdict.elapsedMs),
]

const needsWords = (verdict: Verdict) =>
  !isUnjudged(verdict) && (verdict.outcome !== 'pass' || verdict.notCompared.length > 0 || verdict.change === 'drifted')

function formatNote(verdict: Verdict, paint: Paint): string {
  const { outcome, notCompared } = verdict
  const needed = describeNeeded(verdict)
  const isPlain = outcome === 'pass' || outcome === 'near-tie' || outcome === 'skipped'
  return [
    `${paint(verdict)} ${formatFinding(verdict)}`,
    ...notCompared.map((what) => `  not compared: ${showLine(what)}`),
    ...(isPlain || needed === null ? [] : [`  smallest limits that would pass: ${needed}`]),
    ...formatHint(verdict),
    ...showLog(verdict, 3).map((line) => `  | ${line}`),
    ...(isPlain ? [] : [`  reproduce: ${showText(verdict.reproduce)}`]),
  ].join('\n')
}

const formatFinding = ({ caseId, engine, stage, reason }: Verdict) =>
  `${showLine(caseId)} on ${showLine(engine)}${stage === undefined ? '' : ` (${stage})`}: ${showLine(reason)}`

const formatHint = ({ hint }: Verdict) => (hint === undefined ? [] : [`  hint: ${showLine(hint)}`])

/** Faults of the machine, of which each often has many verdicts to show for. */
function formatUnjudged({ verdicts }: Report): string {
  const unjudged = verdicts.filter(isUnjudged)
  if (unjudged.length === 0) return ''
  const lines = unjudged.flatMap((verdict) => [
    `  ${formatFinding(verdict)}`,
    ...formatHint(verdict).map((line) => `  ${line}`),
    ...showLog(verdict, 3).map((line) => `    | ${line}`),
    `    reproduce: ${showText(verdict.reproduce)}`,
  ])
  return [`${unjudged.length} could not be judged:`, ...lines].join('\n')
}

function formatGone({ gone }: Report): string {
  if (gone.length === 0) return ''
  const lines = gone.map(
    ({ caseId, engine, outcome }) => `  ${showLine(caseId)} on ${showLine(engine)}: was ${outcome}`,
  )
  return [`${gone.length} gone since the baseline:`, ...lines].join('\n')
}

/** A processor is what it is called; of a GPU one wants to know whether it was one. */
const isOnGpu = ({ engine }: Verdict) => engine.includes(':') && !engine.includes(':cpu')

function formatSummary(report: Report): string {
  const since = describeChanges(report)
  return [
    `${describeCounts(report)} ${describeRun(report)}`,
    ...(since === '' ? [] : [`since the baseline: ${since}`]),
    ...(report.leftToNightly === 0 ? [] : [`${report.leftToNightly} more with --nightly`]),
  ].join('\n')
}
