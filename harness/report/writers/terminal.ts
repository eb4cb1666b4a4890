import { styleText } from 'node:util'
import Table from 'cli-table3'
import type { Outcome, Verdict } from '../../types.js'
import type { Report } from '../build.js'

const colours = {
  pass: 'green',
  'near-tie': 'green',
  fail: 'red',
  error: 'red',
  known: 'yellow',
  fixed: 'red',
  skipped: 'gray',
} as const satisfies Record<Outcome, string>

/** A table of case × engine, then a paragraph for each verdict that needs one, then the counts. */
export function formatTerminal(report: Report, isColoured: boolean): string {
  const paint = (outcome: Outcome, text: string) =>
    isColoured ? styleText(colours[outcome], text, { validateStream: false }) : text
  const table = new Table({
    head: ['case', 'engine', 'outcome', 'error / spread', 'tokens', 'time'],
    colAligns: ['left', 'left', 'left', 'right', 'right', 'right'],
    style: { head: isColoured ? ['bold'] : [], border: isColoured ? ['gray'] : [], compact: true },
  })
  for (const verdict of report.verdicts) table.push(cells(verdict, paint))
  const notes = report.verdicts.filter(needsWords).map((verdict) => formatNote(verdict, paint))
  return (
    [table.toString(), ...notes, formatAdapters(report), formatSummary(report)]
      .filter((part) => part !== '')
      .join('\n\n') + '\n'
  )
}

function cells(verdict: Verdict, paint: (outcome: Outcome, text: string) => string): string[] {
  const { outcome, excess, elapsedMs } = verdict
  return [
    verdict.caseId,
    verdict.engine,
    paint(outcome, outcome),
    excess === null ? '–' : `${formatFactor(excess)} ×`,
    countEqual(verdict),
    `${(elapsedMs / 1000).toFixed(1)} s`,
  ]
}

/** Generated tokens that are equal or tied, of all; of a tokenizer case, texts and chats. */
function countEqual({ tokens, comparisons }: Verdict): string {
  if (tokens !== null) return `${tokens.equal + tokens.nearTie}/${tokens.total}`
  const found = comparisons.find(({ aspect }) => aspect === 'tokenizer')
  if (found === undefined) return '–'
  const { texts, textsEqual, chats, chatsEqual } = found.metrics
  return `${textsEqual + chatsEqual}/${texts + chats} texts`
}

const formatFactor = (value: number) =>
  value < 10 ? value.toFixed(2) : value < 1e6 ? value.toFixed(0) : value.toExponential(1)

const needsWords = ({ outcome, notCompared }: Verdict) => outcome !== 'pass' || notCompared.length > 0

function formatNote(verdict: Verdict, paint: (outcome: Outcome, text: string) => string): string {
  const { outcome, caseId, engine, stage, reason, hint, reproduce, log } = verdict
  const lines = [
    `${paint(outcome, outcome)} ${caseId} on ${engine}${stage === undefined ? '' : ` (${stage})`}: ${reason}`,
  ]
  lines.push(...verdict.notCompared.map((what) => `  not compared: ${what}`))
  if (hint !== undefined) lines.push(`  hint: ${hint}`)
  if (outcome === 'error' && log !== undefined && log.trim() !== '')
    lines.push(
      ...log
        .trim()
        .split('\n')
        .slice(-3)
        .map((line) => `  | ${line}`),
    )
  if (outcome !== 'pass' && outcome !== 'near-tie' && outcome !== 'skipped') lines.push(`  reproduce: ${reproduce}`)
  return lines.join('\n')
}

/** Which adapter stood behind each GPU, and whether it was one. */
function formatAdapters({ verdicts }: Report): string {
  const lines = new Set<string>()
  for (const { engine, engineVersion, adapter, software } of verdicts) {
    if (engineVersion === null || !engine.includes(':') || engine.includes(':cpu')) continue
    const kind = software ? ', a software adapter' : ''
    lines.add(`${engine} is version ${engineVersion} on ${adapter ?? 'an adapter that did not tell its name'}${kind}`)
  }
  return [...lines].join('\n')
}

function formatSummary({ summary, leftToNightly, verdicts, elapsedMs }: Report): string {
  const counts = Object.entries(summary).filter(([, count]) => count > 0)
  const references = [...new Set(verdicts.map(({ reference }) => reference))].join('; ')
  const later = leftToNightly === 0 ? '' : `\n${leftToNightly} more with --nightly`
  return `${counts.map(([outcome, count]) => `${count} ${outcome}`).join(', ')} against ${references} in ${(elapsedMs / 1000).toFixed(1)} s${later}`
}
