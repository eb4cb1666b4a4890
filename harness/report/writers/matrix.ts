import { markdownTable } from 'markdown-table'
import type { Verdict } from '../../types.js'
import type { Report } from '../build.js'
import type { MakeReporter } from '../reporter.js'
import { describeCounts, nameReferences } from './describe-report.js'
import { formatExcess, nameOutcome } from './describe-verdict.js'
import { codeInCell, codeOf, escapeText } from './escape-markdown.js'
import { formatMoment } from './html/format-numbers.js'
import { explainCells, formatEngines } from './matrix-key.js'
import { shorten, showLine } from './show-text.js'

/** `matrix.md` */
export const makeReporter: MakeReporter = () => ({
  name: 'matrix',
  onEnd: (report) => [{ path: 'matrix.md', content: formatMatrix(report) }],
})

/** Characters of a note. */
const mostOfNote = 400

/**
 * A page: a row a case, a column an engine; the error as a multiple of the spread where the verdict is good, else the
 * outcome with a number under which the note below says why. Below that what each kind of cell means, and the engines.
 */
export function formatMatrix(report: Report): string {
  const engines = unique(report.verdicts.map(({ engine }) => engine))
  const cases = unique(report.verdicts.map(({ caseId }) => caseId)).sort()
  const cells = new Map(report.verdicts.map((verdict) => [`${verdict.caseId} ${verdict.engine}`, verdict]))
  const notes = new Notes()
  const rows = cases.map((caseId) => [
    codeInCell(caseId),
    ...engines.map((engine) => {
      const verdict = cells.get(`${caseId} ${engine}`)
      return verdict === undefined ? '' : formatCell(verdict, notes)
    }),
  ])
  const head = ['case', ...engines.map(codeInCell)]
  const table = markdownTable([head, ...rows], { align: ['l', ...engines.map(() => 'r')], alignDelimiters: false })
  const { command, startedAt, tool } = report
  const made = `Made by transformers-parity ${escapeText(tool.version)} on ${formatMoment(startedAt)}: ${codeOf(command)}`
  const said = `${describeCounts(report)} against ${escapeText(nameReferences(report))}. ${made}`
  return join([
    '# Cases and engines',
    said,
    table,
    explainCells(report.verdicts),
    ...(notes.listed.length === 0 ? [] : ['## Notes', notes.listed.join('\n')]),
    '## Engines',
    formatEngines(report),
  ])
}

const join = (parts: readonly string[]) => `${parts.join('\n\n')}\n`

function formatCell(verdict: Verdict, notes: Notes): string {
  const { outcome, excess } = verdict
  if (outcome === 'pass') return excess === null ? 'pass' : formatExcess(verdict)
  if (outcome === 'near-tie') return `${formatExcess(verdict)} (near tie)`
  return `**${nameOutcome(verdict)}** [${notes.numberOf(verdict)}]`
}

/** Sentences under the table. */
class Notes {
  readonly #notes = new Map<string, string>()

  /**
   * Cells with the same sentence share a note. So do refusals that differ in nothing but numbers, of layers and sizes, that
   * go with the case; the note is that of the first.
   */
  numberOf({ reason, hint, excess }: Verdict): number {
    const note = [reason, ...(hint === undefined ? [] : [hint])].map((text) => shorten(showLine(text), mostOfNote))
    const key = excess === null ? note.join(' ').replace(/\d+/g, '0').replace(/\s+/g, ' ') : note.join(' ')
    if (!this.#notes.has(key)) this.#notes.set(key, escapeText(note.join(' — ')))
    return [...this.#notes.keys()].indexOf(key) + 1
  }

  get listed(): string[] {
    return [...this.#notes.values()].map((note, index) => `${index + 1}. ${note}`)
  }
}

const unique = (values: readonly string[]): string[] => [...new Set(values)]
