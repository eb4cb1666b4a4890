import { markdownTable } from 'markdown-table'
import type { Verdict } from '../../types.js'
import type { Report } from '../build.js'
import type { MakeReporter } from '../reporter.js'
import { describeCounts, describeRun } from './describe-report.js'
import { formatExcess, nameOutcome } from './describe-verdict.js'
import { codeInCell, escapeText } from './escape-markdown.js'
import { shorten, showLine } from './show-text.js'

/** `matrix.md` */
export const makeReporter: MakeReporter = () => ({
  name: 'matrix',
  onEnd: (report) => [{ path: 'matrix.md', content: formatMatrix(report) }],
})

/** Characters of a note. */
const mostOfNote = 400

/**
 * A row a case, a column an engine: the error as a multiple of the spread where the verdict is good, else the outcome with
 * a number under which the note below says why. Cells with the same sentence share a note.
 */
export function formatMatrix(report: Report): string {
  const engines = unique(report.verdicts.map(({ engine }) => engine))
  const cases = unique(report.verdicts.map(({ caseId }) => caseId)).sort()
  const cells = new Map(report.verdicts.map((verdict) => [`${verdict.caseId} ${verdict.engine}`, verdict]))
  const notes: string[] = []
  const number = (note: string) => {
    if (!notes.includes(note)) notes.push(note)
    return notes.indexOf(note) + 1
  }
  const rows = cases.map((caseId) => [
    codeInCell(caseId),
    ...engines.map((engine) => {
      const verdict = cells.get(`${caseId} ${engine}`)
      return verdict === undefined ? '' : formatCell(verdict, number)
    }),
  ])
  const head = ['case', ...engines.map(codeInCell)]
  const table = markdownTable([head, ...rows], { align: ['l', ...engines.map(() => 'r')], alignDelimiters: false })
  const listed = notes.map((note, index) => `${index + 1}. ${note}`)
  const said = `${describeCounts(report)} ${escapeText(showLine(describeRun(report)))}.`
  return `${[table, said, listed.join('\n')].filter((part) => part !== '').join('\n\n')}\n`
}

function formatCell(verdict: Verdict, number: (note: string) => number): string {
  const { outcome, excess, reason, hint } = verdict
  if (outcome === 'pass') return excess === null ? 'pass' : formatExcess(verdict)
  if (outcome === 'near-tie') return `${formatExcess(verdict)} (near tie)`
  const note = [reason, ...(hint === undefined ? [] : [hint])].map((text) => shorten(showLine(text), mostOfNote))
  return `**${nameOutcome(verdict)}** [${number(escapeText(note.join(' — ')))}]`
}

const unique = (values: readonly string[]): string[] => [...new Set(values)]
