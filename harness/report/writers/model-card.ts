import type { Outcome, Verdict } from '../../types.js'
import type { Report } from '../build.js'

/** A section of a model card in Markdown: what was compared, with which versions, each verdict, and a badge. */
export function formatModelCard(report: Report): string {
  const { verdicts, tool, startedAt } = report
  const references = unique(verdicts.map(({ reference }) => `\`${escapeCode(reference)}\``))
  const parts = [
    '## Parity with transformers',
    formatBadge(report),
    `${tool.name} ${tool.version} ran the ${counted(unique(verdicts.map(({ caseId }) => caseId)).length, 'case')} below ` +
      `on ${startedAt.slice(0, 10)} and compared every logit, the five highest of each position, and greedy generation ` +
      `through the KV cache with ${references.join(' and ')}.`,
    formatTable(verdicts),
    'The error is that of all logits (root-mean-square), as a multiple of the error that transformers itself makes in ' +
      'the engine’s dtype. A near tie is a place where transformers’ own two highest logits are closer than that error.',
    formatFailures(verdicts),
    formatAdapters(verdicts),
    formatFiles(verdicts),
    `Shown again by: \`${escapeCode(verdicts[0].reproduce)}\``,
  ]
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`
}

const colours: Readonly<Record<'good' | 'bad' | 'none', string>> = {
  good: 'brightgreen',
  bad: 'red',
  none: 'lightgrey',
}
const bad: readonly Outcome[] = ['fail', 'error', 'fixed', 'known']

function formatBadge({ summary, verdicts }: Report): string {
  const compared = verdicts.length - summary.skipped
  const equal = summary.pass + summary['near-tie']
  const state = compared === 0 ? 'none' : bad.some((outcome) => summary[outcome] > 0) ? 'bad' : 'good'
  const message = compared === 0 ? 'nothing compared' : `${equal} of ${compared}`
  const label = `transformers parity: ${message}`
  const address = `https://img.shields.io/badge/transformers_parity-${encodeURIComponent(message)}-${colours[state]}`
  return `![${label}](${address})`
}

function formatTable(verdicts: readonly Verdict[]): string {
  const rows = verdicts.map((verdict) => [
    escapeCell(verdict.caseId),
    escapeCell(verdict.engine),
    escapeCell(verdict.engineVersion ?? '–'),
    verdict.outcome,
    verdict.excess === null ? '–' : `${verdict.excess.toPrecision(3)} ×`,
    verdict.tokens === null ? '–' : `${verdict.tokens.equal + verdict.tokens.nearTie} of ${verdict.tokens.total}`,
  ])
  const head = ['case', 'engine', 'version', 'verdict', 'error / spread', 'tokens']
  const aligned = ['---', '---', '---', '---', '---:', '---:']
  return [head, aligned, ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

/** Says of each verdict that is not good why. */
const formatFailures = (verdicts: readonly Verdict[]) =>
  verdicts
    .filter(({ outcome }) => bad.includes(outcome) || outcome === 'skipped')
    .map(
      ({ caseId, engine, outcome, reason }) =>
        `- ${outcome}: ${escapeCell(caseId)} on ${escapeCell(engine)}: ${escapeCell(reason)}`,
    )
    .join('\n')

const formatAdapters = (verdicts: readonly Verdict[]) =>
  unique(
    verdicts
      .filter(({ adapter }) => adapter !== null)
      .map(
        ({ engine, adapter, software }) =>
          `${escapeCell(engine)} ran on ${escapeCell(adapter ?? '')}${software ? ', a software adapter' : ''}.`,
      ),
  ).join(' ')

/** The weights that were compared, so that a reader can tell whether his are the same. */
function formatFiles(verdicts: readonly Verdict[]): string {
  const lines = verdicts.flatMap(({ caseId, checkpoint }) =>
    checkpoint === null
      ? []
      : Object.entries(checkpoint.weights).map(
          ([file, hash]) => `- ${escapeCell(caseId)}: \`${escapeCode(file)}\` \`${hash}\``,
        ),
  )
  return lines.length === 0
    ? ''
    : `<details><summary>SHA-256 of the weights</summary>\n\n${unique(lines).join('\n')}\n\n</details>`
}

const unique = (texts: readonly string[]) => [...new Set(texts)]
const counted = (count: number, noun: string) => (count === 1 ? noun : `${count} ${noun}s`)

/** Neither Markdown nor HTML may begin in text that comes from a checkpoint or an engine. */
const escapeCell = (text: string) =>
  text
    .replace(/\s+/g, ' ')
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/[\\`*_[\]()|~#!>]/g, (mark) => `\\${mark}`)

/** Code spans take no escapes: what would end one is replaced. */
const escapeCode = (text: string) => text.replace(/\s+/g, ' ').replaceAll('`', 'ˋ').replaceAll('|', '\\|')
