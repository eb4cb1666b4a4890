/** The difference between two reports: text for people, a document for programs. */
import { spellNonFinite } from '../../spell-non-finite.js'
import type { ChangedVerdict, Difference, DifferenceGroup, DifferenceKind, Side } from '../compare-reports.js'
import type { Cause } from '../find-causes.js'
import type { FactKind } from '../verdict-facts.js'
import { showLine, showText } from './show-text.js'

/** As many causes are said of a group; the document has all. */
const shownCauses = 3

/** `names` say what was compared with what, as the user named them. */
export function formatDifference(difference: Difference, names: { before: string; after: string }): string {
  const { before, after, groups, unchanged } = difference
  const parts = [
    `${showLine(names.before)} (${before.at.slice(0, 10)}) → ${showLine(names.after)} (${after.at.slice(0, 10)})`,
    ...groups.map(formatGroup),
    groups.length === 0
      ? `Nothing changed: ${counted(unchanged)} ${unchanged === 1 ? 'is' : 'are'} as before.`
      : `${counted(unchanged)} unchanged`,
  ]
  return `${parts.join('\n\n')}\n`
}

/** One JSON document; numbers that JSON has not are strings. */
export const formatDifferenceJson = (difference: Difference): string =>
  `${JSON.stringify(difference, spellNonFinite, 2)}\n`

const headings: Readonly<Record<DifferenceKind, string>> = {
  regressed: 'regressed',
  drifted: 'drifted',
  changed: 'changed in another way',
  fixed: 'fixed',
  new: 'new',
  gone: 'only in the earlier one',
}

function formatGroup({ kind, verdicts, likelyCauses }: DifferenceGroup): string {
  const [likeliest, ...others] = likelyCauses.slice(0, shownCauses)
  const heading = `${counted(verdicts.length)} ${headings[kind]}`
  const lines =
    kind === 'new' || kind === 'gone' ? [heading] : [`${heading}; ${describeLikeliest(likeliest, verdicts)}`]
  lines.push(...others.map((cause) => `  also: ${describeCause(cause)}`))
  for (const verdict of verdicts) lines.push(...formatVerdict(kind, verdict))
  return lines.join('\n')
}

const describeLikeliest = (cause: Cause | undefined, { length }: readonly ChangedVerdict[]) =>
  cause === undefined
    ? `nothing that reports know of changed beside ${length === 1 ? 'it' : 'them'}`
    : describeCause(cause)

/** `all and only those ran on onnxruntime 1.30.0 → 1.31.0` */
function describeCause({ kind, before, after, changed, unchanged }: Cause): string {
  const some = changed.with === changed.of ? 'all of them' : `${changed.with} of ${changed.of}`
  const isAlone = changed.with === changed.of && unchanged.with === 0 && unchanged.of > 0
  const who = isAlone ? 'all and only those' : `${some}${describeUnchanged(unchanged)}`
  const name = kind === 'engine' || kind === 'tool' || kind === 'node' ? before.slice(0, before.indexOf(' ') + 1) : ''
  const short = after.startsWith(name) ? after.slice(name.length) : after
  return `${who} ${verbs[kind]} ${showLine(before)} → ${showLine(short)}`
}

function describeUnchanged({ with: found, of: total }: Cause['unchanged']): string {
  if (total === 0) return ''
  if (found === 0) return ', and no unchanged one,'
  return found === total ? ', like all unchanged ones,' : `, and ${found} of ${total} unchanged ones,`
}

const verbs: Readonly<Record<FactKind, string>> = {
  checkpoint: 'had another checkpoint:',
  limits: 'were held to other limits:',
  adapter: 'ran on',
  engine: 'ran on',
  reference: 'were compared with',
  tool: 'were judged by',
  node: 'ran under',
  processor: 'ran on',
  os: 'ran on',
}

function formatVerdict(kind: DifferenceKind, verdict: ChangedVerdict): string[] {
  const { caseId, engine, before, after, excessRatio, reason, reproduce } = verdict
  const sides = [before, after].flatMap((side) => (side === null ? [] : [formatSide(side)])).join(' → ')
  const factor = excessRatio === null ? '1' : formatFactor(excessRatio)
  const ratio = factor === '1' ? '' : ` (${factor} times)`
  const lines = [`  ${showLine(`${caseId} on ${engine}`)}: ${sides}${ratio}`]
  if (reason !== null && reproduce !== null && needsWords(kind, after))
    lines.push(`    ${showLine(reason)}`, `    reproduce: ${showText(reproduce)}`)
  return lines
}

const needsWords = (kind: DifferenceKind, after: Side | null) =>
  kind === 'regressed' || kind === 'drifted' || after?.outcome === 'fail' || after?.outcome === 'error'

const formatSide = ({ outcome, excess }: Side) => (excess === null ? outcome : `${outcome} ${formatFactor(excess)} ×`)

const formatFactor = (value: number) => (value < 1e6 ? String(Number(value.toPrecision(3))) : value.toExponential(1))

const counted = (count: number) => (count === 1 ? '1 verdict' : `${count} verdicts`)
