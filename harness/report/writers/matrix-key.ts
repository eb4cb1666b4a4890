/** What stands below a matrix: what its cells say, and what its columns are. */
import { markdownTable } from 'markdown-table'
import type { Outcome, Spread, Verdict } from '../../types.js'
import type { Report } from '../build.js'
import { countGood } from './describe-report.js'
import { formatSeconds } from './describe-verdict.js'
import { codeInCell, escapeText } from './escape-markdown.js'
import { formatFactor } from './html/format-numbers.js'
import { showLine } from './show-text.js'

const meanings: Readonly<Record<Outcome, string>> = {
  pass: '`1.12 ×`: the error of the logits, as a multiple of the spread: the error that rounding to this dtype costs on this case. Every generated token is the reference’s own.',
  'near-tie':
    '`1.12 × (near tie)`: as above, but for the order of tokens whose logits the reference itself cannot tell apart.',
  fail: '**fail**: the engine computed something else.',
  error: '**error**: the engine refused, crashed, hung or answered with what is no number.',
  known:
    '**known**: a divergence or refusal that the case declares, with the public reference. An engine that no longer has it turns up as **fixed**.',
  fixed: '**fixed**: the case declares a divergence that the engine no longer has.',
  skipped: '**skipped**: the machine lacks what the engine needs.',
}

/** A line for each kind of cell that there is. */
export function explainCells(verdicts: readonly Verdict[]): string {
  const there = new Set(verdicts.map(({ outcome }) => outcome))
  const limits = new Set(verdicts.flatMap(({ limits }) => (limits === null ? [] : [limits.rmsExcess])))
  const limit = limits.size === 1 ? ` The limit is ${[...limits].join()}.` : ''
  return Object.entries(meanings)
    .filter(([outcome]) => there.has(outcome as Outcome))
    .map(([outcome, meaning]) => `- ${meaning}${outcome === 'pass' ? limit : ''}`)
    .join('\n')
}

const origins: Readonly<Record<Spread['origin'], string>> = {
  recorded: 'transformers in this dtype, recorded',
  transformers: 'transformers in this dtype',
  oracle: 'the oracle, rounded to this dtype',
  emulated: 'the built-in engine, with the roundings of this one',
  predicted: 'transformers in bfloat16, scaled',
  floor: 'the least that is assumed',
}

/** A row an engine: its version, where it ran, how many cells are good, their errors, and what they are measured by. */
export function formatEngines({ verdicts, platform }: Report): string {
  const engines = [...new Set(verdicts.map(({ engine }) => engine))]
  const rows = engines.map((engine) => {
    const own = verdicts.filter((verdict) => verdict.engine === engine)
    const { good, found } = countGood(own)
    return [
      codeInCell(engine),
      escapeText(listOnce(own.map(({ engineVersion }) => engineVersion))),
      escapeText(listOnce(own.map(({ adapter, software }) => (software ? `${adapter}, in software` : adapter)))),
      `${good} of ${found}`,
      formatRange(own),
      listOnce(own.map(({ spread }) => spread && origins[spread.origin])),
      formatSeconds(median(own.map(({ elapsedMs }) => elapsedMs))),
    ]
  })
  const head = ['engine', 'version', 'on', 'good', 'error / spread', 'spread of', 'median time']
  const align = ['l', 'l', 'l', 'r', 'r', 'l', 'r']
  const { os, arch, node, processor, threads } = platform
  const machine = `${os.replace(/ .*/, '')} ${arch}, ${processor}, ${threads} threads, Node ${node}.`
  return `${markdownTable([head, ...rows], { align, alignDelimiters: false })}\n\n${escapeText(showLine(machine))}`
}

const listOnce = (values: readonly (string | null)[]): string =>
  [...new Set(values.filter((value) => value !== null))].map((value) => showLine(value)).join('; ') || '–'

/** `1.03–1.21 ×` over the good cells. */
function formatRange(verdicts: readonly Verdict[]): string {
  const good = verdicts.filter(({ outcome }) => outcome === 'pass' || outcome === 'near-tie')
  const errors = good.flatMap(({ excess }) => (excess === null ? [] : [excess]))
  if (errors.length === 0) return '–'
  const [least, most] = [formatFactor(Math.min(...errors)), formatFactor(Math.max(...errors))]
  return least === most ? most : `${least.replace(' ×', '')}–${most}`
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0
