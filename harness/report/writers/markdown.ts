import { markdownTable } from 'markdown-table'
import type { Verdict } from '../../types.js'
import type { GoneVerdict, Report } from '../build.js'
import type { MakeReporter } from '../reporter.js'
import { countGood, describeChanges, describeCounts, describeEngines, describeRun } from './describe-report.js'
import {
  countEqual,
  describeNeeded,
  describePlace,
  formatExcess,
  formatNeeded,
  isDivergence,
  isUnjudged,
  nameOutcome,
} from './describe-verdict.js'
import { codeInCell, codeOf, escapeHtml, escapeText, fenceOf } from './escape-markdown.js'
import { orderVerdicts } from './html/order-verdicts.js'
import { shorten, showText, showLine, showLog } from './show-text.js'

/** `report.md` */
export const makeReporter: MakeReporter = () => ({
  name: 'markdown',
  onEnd: (report) => [{ path: 'report.md', content: formatMarkdown(report) }],
})

/** GitHub takes 65,536 characters of a comment. */
const mostCharacters = 60_000
const mostRows = 10
/** Of a list that is folded. */
const mostItems = 20
/** Characters of a name, of an item of a list, of a sentence, and of a command or log. */
const most = { name: 120, item: 150, sentence: 500, block: 4000 } as const

/**
 * For a comment on a pull request or the summary of a job: counts and the ten most urgent verdicts are seen at once, all
 * else is folded. At most 60,000 characters; what does not fit is counted.
 */
export function formatMarkdown(report: Report): string {
  const diverged = orderVerdicts(report.verdicts.filter(isDivergence))
  const head = [formatHeadline(report), formatTable(report.verdicts)]
  const foot = [formatUnjudged(report.verdicts.filter(isUnjudged)), formatGone(report.gone), formatVersions(report)]
  const frame = join([...head, ...foot])
  const details = takeWhileFits(diverged.map(formatDetails), mostCharacters - frame.length - 200)
  const left = diverged.length - details.length
  const cut = left === 0 ? '' : `The details of ${left} more did not fit in here; \`report.json\` has them.`
  return join([...head, ...details, cut, ...foot])
}

const brief = (text: string, length: number) => shorten(showLine(text), length)

const join = (parts: readonly string[]) => `${parts.filter((part) => part !== '').join('\n\n')}\n`

/** The first parts that fit into so many characters. */
function takeWhileFits(parts: readonly string[], room: number): readonly string[] {
  let used = 0
  for (const [index, part] of parts.entries()) {
    used += part.length + 2
    if (used > room) return parts.slice(0, index)
  }
  return parts
}

function formatHeadline(report: Report): string {
  const { good, found } = countGood(report.verdicts)
  const since = describeChanges(report)
  const sentences = [
    `${describeCounts(report)} ${escapeText(brief(describeRun(report), most.sentence))}.`,
    ...(since === '' ? [] : [`Since the baseline: ${since}.`]),
    ...(report.leftToNightly === 0 ? [] : [`${report.leftToNightly} more with \`--nightly\`.`]),
  ]
  return `### Parity with transformers: ${good} of ${found}\n\n${sentences.join(' ')}`
}

function formatTable(verdicts: readonly Verdict[]): string {
  if (verdicts.length === 0) return ''
  const shown = orderVerdicts(verdicts).slice(0, mostRows)
  const rows = shown.map((verdict) => [
    isDivergence(verdict) ? `**${nameOutcome(verdict)}**` : nameOutcome(verdict),
    codeInCell(brief(verdict.caseId, most.name)),
    codeInCell(brief(verdict.engine, most.name)),
    formatExcess(verdict),
    formatNeeded(verdict),
    countEqual(verdict),
  ])
  const head = ['verdict', 'case', 'engine', 'error / spread', 'limits needed', 'tokens']
  const table = markdownTable([head, ...rows], { align: ['l', 'l', 'l', 'r', 'r', 'r'], alignDelimiters: false })
  const left = verdicts.length - shown.length
  return left === 0 ? table : `${table}\n\nand ${left} more`
}

function formatDetails(verdict: Verdict): string {
  const { caseId, engine, stage, reason, hint, reproduce } = verdict
  const log = showLog(verdict, 20).join('\n').slice(-most.block)
  const place = describePlace(verdict)
  const words = `${escapeHtml(brief(caseId, most.name))}</code> on <code>${escapeHtml(brief(engine, most.name))}`
  const needed = describeNeeded(verdict)
  const facts = [
    ...(stage === undefined ? [] : [`- stage: ${stage}`]),
    ...(place === null ? [] : [`- first out of bounds: ${escapeText(brief(place, most.sentence))}`]),
    ...(needed === null ? [] : [`- smallest limits that would pass: ${escapeText(needed)}`]),
    ...(hint === undefined ? [] : [`- hint: ${escapeText(brief(hint, most.sentence))}`]),
  ]
  return fold(`<b>${nameOutcome(verdict)}</b>: <code>${words}</code>`, [
    escapeText(brief(reason, most.sentence)),
    facts.join('\n'),
    fenceOf(shorten(showText(reproduce), most.block), 'sh'),
    log === '' ? '' : fenceOf(log, 'text'),
  ])
}

/** The machine failed, so that there is nothing to say about the engine. */
const formatUnjudged = (verdicts: readonly Verdict[]) =>
  formatList(
    `${verdicts.length} could not be judged`,
    verdicts.map((verdict) => `${nameCell(verdict)}: ${escapeText(brief(verdict.reason, most.item))}`),
  )

const formatGone = (gone: readonly GoneVerdict[]) =>
  formatList(
    `${gone.length} gone since the baseline`,
    gone.map((verdict) => `${nameCell(verdict)}: was ${verdict.outcome}`),
  )

function formatVersions({ tool, platform, verdicts }: Report): string {
  const { os, arch, node, processor, threads } = platform
  return formatList('Versions', [
    `transformers-parity ${escapeText(brief(`${tool.version}, Node ${node}, ${os} ${arch}`, most.item))}`,
    `${escapeText(brief(processor, most.item))}, ${threads} threads`,
    ...describeEngines(verdicts).map((line) => escapeText(brief(line, most.item))),
  ])
}

const nameCell = ({ caseId, engine }: Pick<Verdict, 'caseId' | 'engine'>) =>
  `${codeOf(brief(caseId, most.name))} on ${codeOf(brief(engine, most.name))}`

function formatList(title: string, items: readonly string[]): string {
  if (items.length === 0) return ''
  const left = items.length - mostItems
  const shown = [...items.slice(0, mostItems), ...(left > 0 ? [`and ${left} more`] : [])]
  return fold(title, [shown.map((item) => `- ${item}`).join('\n')])
}

const fold = (title: string, parts: readonly string[]) =>
  [`<details><summary>${title}</summary>`, ...parts.filter((part) => part !== ''), '</details>'].join('\n\n')
