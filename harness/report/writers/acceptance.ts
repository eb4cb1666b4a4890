import type { AcceptedVerdict } from '../baseline.js'
import { isBad } from '../build.js'
import type { Acceptance } from '../compare-baselines.js'
import { showText } from './show-text.js'

/** What an acceptance did, and that it takes something bad as the state of things. `left`: verdicts not taken. */
export function formatAcceptance(file: string, acceptance: Acceptance, left: number): string {
  const { new: added, changed, removed, unchanged } = acceptance
  const bad = [...added, ...changed].filter(({ after }) => isBad(after))
  const lines = [
    `${file}: ${added.length} new, ${changed.length} changed, ${unchanged} unchanged, ${removed.length} removed`,
    ...added.map(({ key, after }) => `  new      ${key}: ${describe(after)}`),
    ...changed.map(({ key, before, after }) => `  changed  ${key}: ${describe(before)} → ${describe(after)}`),
    ...removed.map(({ key, before }) => `  removed  ${key}: ${describe(before)}`),
  ]
  if (bad.length > 0)
    lines.push(
      `Accepted as the state of things, though bad: ${bad.length === 1 ? '1 verdict' : `${bad.length} verdicts`}`,
      ...bad.map(({ key, after }) => `  ${after.outcome}  ${key}`),
    )
  if (left > 0) lines.push(`Not taken, since skipped or failed by the machine: ${left}`)
  return `${lines.map(showText).join('\n')}\n`
}

const describe = ({ outcome, excess, engineVersion }: AcceptedVerdict) =>
  [outcome, excess === null ? null : `${Number(excess.toPrecision(3))} ×`, engineVersion]
    .filter((part) => part !== null)
    .join(', ')
