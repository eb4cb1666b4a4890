import Table from 'cli-table3'
import { printable } from '../prompt/printable.js'
import type { Bisection, Probe } from '../run/bisect-versions.js'
import { formatSourceId } from '../source-id.js'
import type { Outcome, SourceId, Verdict } from '../types.js'

/** A version with its verdict; without one where it could not even be installed. */
export interface VersionProbe extends Probe {
  readonly outcome: Outcome | 'not installed'
  readonly verdict: Verdict | null
}

interface BisectionFacts {
  readonly engine: SourceId
  readonly caseId: string
  /** All that there are from end to end, oldest first. */
  readonly versions: readonly string[]
  /** Those that were asked, oldest first. */
  readonly asked: readonly VersionProbe[]
  readonly bisection: Extract<Bisection<VersionProbe>, { kind: 'found' }>
}

/** What a bisection found, for people or as one JSON document. */
export function formatBisection(facts: BisectionFacts, isJson: boolean): string {
  const { engine, caseId, versions, asked, bisection } = facts
  const { first, last, between } = bisection
  const reproduce = [last, first].flatMap(({ verdict }) => verdict?.reproduce ?? [])
  const sentences = [answer(facts), ...otherReasons(facts)]
  if (isJson) {
    const probes = asked.map(({ version, standing, outcome, reason }) => ({ version, standing, outcome, reason }))
    const found = { first: first.version, last: last.version, untestable: between.map(({ version }) => version) }
    const document = { engine: formatSourceId(engine), case: caseId, ...found, answer: sentences.join(' ') }
    return `${JSON.stringify({ ...document, versions, probes, reproduce })}\n`
  }
  const table = new Table({ head: ['version', 'verdict', 'reason'], style: { head: [], border: [] } })
  table.push(...asked.map(({ version, outcome, reason }) => [version, outcome, shorten(printable(reason))]))
  return [
    table.toString(),
    `${asked.length} of ${versions.length} versions asked`,
    ...sentences.map(printable),
    ...reproduce.map((command) => `reproduce: ${command}`),
    '',
  ].join('\n')
}

/** `mlx-lm 0.31.3 is the first that refuses CASE: REASON` */
function answer({ engine: { name }, caseId, bisection: { first, last, between } }: BisectionFacts): string {
  const bad = first.standing === 'bad' ? first : last
  const does = first.standing === 'bad' ? describeBad(first) : 'passes'
  const before = first.standing === 'bad' ? '' : ` ${last.version} ${describeBad(last).replace(/ (on|at)$/, '')}:`
  const hint = bad.verdict?.hint === undefined ? '' : ` (${bad.verdict.hint})`
  const what = `${does} ${caseId}${first.standing === 'bad' ? ':' : ';'}${before} ${bad.reason}${hint}`
  if (between.length === 0) return `${name} ${first.version} is the first that ${what}`
  const range = between.map(({ version }) => version).join(', ')
  return `${name} ${first.version}, or one of ${range}, which cannot be tested, is the first that ${what}`
}

function describeBad({ verdict }: VersionProbe): string {
  if (verdict?.outcome === 'fail') return 'diverges on'
  return verdict?.stage === 'open' ? 'refuses' : 'fails at'
}

/** Says so where a version is bad for another reason than the one next to the change. */
function otherReasons({ engine: { name }, asked, bisection: { first, last } }: BisectionFacts): string[] {
  const bad = first.standing === 'bad' ? first : last
  const others = asked.filter(
    ({ standing, reason }) => standing === 'bad' && withoutFigures(reason) !== withoutFigures(bad.reason),
  )
  return others.map(({ version, reason }) => `${name} ${version} is bad for another reason: ${reason}`)
}

/** The same failure has other figures in another version. */
const withoutFigures = (reason: string) => reason.replaceAll(/\d+(\.\d+)?/g, '#')

const shorten = (text: string) => (text.length <= 100 ? text : `${text.slice(0, 99)}…`)
