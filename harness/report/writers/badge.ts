import { createHash } from 'node:crypto'
import { makeBadge } from 'badge-maker'
import type { Verdict } from '../../types.js'
import { isFinding } from '../baseline.js'
import type { Report } from '../build.js'
import type { Artifact, MakeReporter } from '../reporter.js'
import { countGood } from './describe-report.js'
import { isDivergence, isUnjudged } from './describe-verdict.js'
import { shorten, showLine } from './show-text.js'

/** `badges/`: an overall one, and one an engine and model, each as SVG and as JSON for an endpoint badge of shields.io. */
export const makeReporter: MakeReporter = () => ({ name: 'badge', onEnd: makeBadges })

interface Badge {
  /** Without folder and ending. */
  readonly file: string
  readonly label: string
  readonly verdicts: readonly Verdict[]
}

/** The overall one is `badges/parity`, the others are named after engine and model. */
export function makeBadges({ verdicts }: Report): Artifact[] {
  const overall = { file: 'parity', label: 'transformers parity', verdicts }
  return [overall, ...groupVerdicts(verdicts)].flatMap(renderBadge)
}

/** What a case is about: its id without what comes first, the family, and, of three parts and more, the last, the layout. */
export function modelOf(caseId: string): string {
  const parts = caseId.split('/')
  return parts.slice(parts.length > 1 ? 1 : 0, parts.length > 2 ? -1 : undefined).join('/')
}

function groupVerdicts(verdicts: readonly Verdict[]): Badge[] {
  const groups = new Map<string, Verdict[]>()
  for (const verdict of verdicts) {
    const name = `${verdict.engine} ${modelOf(verdict.caseId)}`
    groups.set(name, [...(groups.get(name) ?? []), verdict])
  }
  const slugs = [...groups.values()].map(([{ engine, caseId }]) => slugOf(engine, modelOf(caseId)))
  const isShared = (slug: string) => slugs.filter((other) => other === slug).length > 1
  return [...groups].map(([name, group], index) => {
    const [{ engine, caseId }] = group
    const slug = slugs[index]
    const label = shorten(showLine(`${modelOf(caseId)} on ${engine}`), 100)
    return { file: isShared(slug) ? `${slug}--${hashOf(name)}` : slug, label, verdicts: group }
  })
}

/** `onnxruntime-cpu-float32--e4b`: a name that every file system and address takes. */
const slugOf = (...names: readonly string[]) => names.map(slugOfOne).join('--')

const slugOfOne = (name: string) =>
  name
    .toLowerCase()
    .replace(/[^a-z0-9.]+/g, '-')
    .slice(0, 60)
    .replace(/^[-.]+|[-.]+$/g, '') || 'unnamed'

const hashOf = (name: string) => createHash('sha256').update(name).digest('hex').slice(0, 8)

function renderBadge({ file, label, verdicts }: Badge): Artifact[] {
  const { message, color } = judge(verdicts)
  // shields.io lets nobody paint over an error.
  const endpoint = { schemaVersion: 1, label, message, color, isError: color === 'red' }
  return [
    { path: `badges/${file}.json`, content: `${JSON.stringify(endpoint)}\n` },
    { path: `badges/${file}.svg`, content: makeBadge({ label, message, color }) },
  ]
}

/** `11/12 · 1 regressed`: what is good, of what was found out, and the worst of the rest; it gives the colour. */
function judge(verdicts: readonly Verdict[]): { readonly message: string; readonly color: string } {
  const { good, found } = countGood(verdicts)
  const kinds = [
    ['regressed', 'red', ({ change }: Verdict) => change === 'regressed'],
    ['bad', 'red', isDivergence],
    ['not judged', 'orange', isUnjudged],
    ['drifted', 'yellow', ({ change }: Verdict) => change === 'drifted'],
    ['known', 'yellow', ({ outcome }: Verdict) => outcome === 'known'],
  ] as const
  for (const [name, color, isSo] of kinds) {
    const count = verdicts.filter(isSo).length
    const rest = `${count} ${name}`
    if (count > 0) return { message: found === 0 ? rest : `${good}/${found} · ${rest}`, color }
  }
  return verdicts.some(isFinding)
    ? { message: `${good}/${found}`, color: 'brightgreen' }
    : { message: 'nothing compared', color: 'lightgrey' }
}
