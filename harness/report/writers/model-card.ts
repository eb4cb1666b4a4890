import type { Verdict } from '../../types.js'
import type { Report } from '../build.js'
import { countGood } from './describe-report.js'
import { nameOutcome } from './describe-verdict.js'
import { codeOf, escapeText } from './escape-markdown.js'

/** A section of a model card in Markdown: what was compared, with which versions, each verdict, and a badge. */
export function formatModelCard(report: Report): string {
  const { verdicts, tool, startedAt } = report
  const references = unique(verdicts.map(({ reference }) => codeOf(reference)))
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
    `Shown again by: ${codeOf(verdicts[0].reproduce)}`,
  ]
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`
}

const colours: Readonly<Record<'good' | 'bad' | 'none', string>> = {
  good: 'brightgreen',
  bad: 'red',
  none: 'lightgrey',
}

function formatBadge({ verdicts }: Report): string {
  const { good, found } = countGood(verdicts)
  const state = found === 0 ? 'none' : good < found ? 'bad' : 'good'
  const message = found === 0 ? 'nothing compared' : `${good} of ${found}`
  const label = `transformers parity: ${message}`
  const address = `https://img.shields.io/badge/transformers_parity-${encodeURIComponent(message)}-${colours[state]}`
  return `![${label}](${address})`
}

function formatTable(verdicts: readonly Verdict[]): string {
  const rows = verdicts.map((verdict) => [
    escapeText(verdict.caseId),
    escapeText(verdict.engine),
    escapeText(verdict.engineVersion ?? '–'),
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
    .filter(({ outcome }) => outcome !== 'pass' && outcome !== 'near-tie')
    .map(
      (verdict) =>
        `- ${nameOutcome(verdict)}: ${escapeText(verdict.caseId)} on ${escapeText(verdict.engine)}: ${escapeText(verdict.reason)}`,
    )
    .join('\n')

const formatAdapters = (verdicts: readonly Verdict[]) =>
  unique(
    verdicts
      .filter(({ adapter }) => adapter !== null)
      .map(
        ({ engine, adapter, software }) =>
          `${escapeText(engine)} ran on ${escapeText(adapter ?? '')}${software ? ', a software adapter' : ''}.`,
      ),
  ).join(' ')

/** The weights that were compared, so that a reader can tell whether his are the same. */
function formatFiles(verdicts: readonly Verdict[]): string {
  const lines = verdicts.flatMap(({ caseId, checkpoint }) =>
    checkpoint === null
      ? []
      : Object.entries(checkpoint.weights).map(
          ([file, hash]) => `- ${escapeText(caseId)}: ${codeOf(file)} ${codeOf(hash)}`,
        ),
  )
  return lines.length === 0
    ? ''
    : `<details><summary>SHA-256 of the weights</summary>\n\n${unique(lines).join('\n')}\n\n</details>`
}

const unique = (texts: readonly string[]) => [...new Set(texts)]
const counted = (count: number, noun: string) => (count === 1 ? noun : `${count} ${noun}s`)
