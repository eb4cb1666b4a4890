import Table from 'cli-table3'
import type { Defect } from '../defect.js'
import type { Located } from '../run/locate-defect.js'
import type { Planted } from '../run/plant-defects.js'
import { scoreBisections, type Score } from '../run/score-bisections.js'

const outcomeOf = (planted: Planted): string => {
  if (planted.isCaught) return 'caught'
  if (planted.outcome === 'skipped') return planted.isMissed ? 'NOT PLANTED' : 'not planted'
  return planted.isMissed ? 'MISSED' : 'below the noise'
}

/** One line. */
export const describePlanted = (planted: Planted): string =>
  `${outcomeOf(planted).padEnd(15)} ${planted.defect.id} on ${planted.caseId} (${(planted.elapsedMs / 1000).toFixed(1)} s)`

/** The table of all, what was not caught and why, and the counts. */
export function formatPlanted(planted: readonly Planted[], engine: string, elapsedMs: number): string {
  const score = scoreBisections(planted)
  const table = new Table({
    head: ['defect', 'case', 'outcome', 'by', 'excess', 'effect', ...(score === null ? [] : ['bisected'])],
    colAligns: ['left', 'left', 'left', 'left', 'right', 'right', 'left'],
    style: { head: [], border: [], compact: true },
  })
  for (const one of planted) {
    const { defect, caseId, outcome, by, excess, effect, located } = one
    const found = outcome === 'error' ? 'the engine’s own failure' : by.join(', ')
    const place = score === null ? [] : [located === null ? '–' : describeLocated(located)]
    table.push([defect.id, caseId, outcomeOf(one), found, multiple(excess), multiple(effect), ...place])
  }
  const caught = planted.filter(({ isCaught }) => isCaught).length
  const notes = planted.filter(({ isCaught }) => !isCaught).map(describeUncaught)
  const missed = planted.filter(({ isMissed, outcome }) => isMissed && outcome !== 'skipped').length
  const seconds = (elapsedMs / 1000).toFixed(0)
  const skipped = planted.filter(({ outcome }) => outcome === 'skipped').length
  const below = planted.length - caught - missed - skipped
  const unplanted = skipped === 0 ? '' : `, ${skipped} not planted`
  const counts = `${caught} of ${planted.length} defects caught in ${engine}, ${missed} missed, ${below} below the noise${unplanted}, in ${seconds} s`
  const bisected = score === null ? [] : [...planted.flatMap(describeMislocated), describeScore(score)]
  return [table.toString(), ...notes, counts, ...bisected].map((part) => `${part}\n`).join('\n')
}

/** `layer 4, attention` or `head`, and when where it is not always. */
function describeLocated({ named, condition, isRight }: Located): string {
  const place = named === null ? 'nothing' : describePlace(named)
  return `${isRight ? '' : 'WRONG: '}${place}${condition === 'always' ? '' : ` (${condition})`}`
}

function describeMislocated({ defect, caseId, located }: Planted): string[] {
  if (located === null || located.isRight) return []
  const { named, prompt } = located
  const said = named === null ? 'nothing' : `${describePlace(named)} (${named.name})`
  return [
    `bisected wrongly: ${defect.id} on ${caseId}, prompt '${prompt}': it names ${said}, not ${describePlace(defect.where)}`,
  ]
}

const describePlace = ({ layer, part }: Defect['where']): string => (layer === null ? part : `layer ${layer}, ${part}`)

const describeScore = ({ right, total, share }: Score): string =>
  `bisect names layer and part of ${right} of ${total} defects, ${(100 * share).toFixed(1)} %`

function describeUncaught(one: Planted): string {
  const { defect, caseId, effect, due, reason } = one
  if (one.outcome === 'skipped') return `${outcomeOf(one)}: ${defect.id} on ${caseId}: ${reason}`
  const moves = `it moves the logits by ${multiple(effect)} the spread`
  const limit = `${due.toPrecision(2)} ×`
  const why = !(effect !== null && effect <= due)
    ? `and a verdict must find what moves them by ${limit}`
    : `less than the ${limit} that a verdict can tell from noise${one.isMissed ? ', and does not say why' : ''}`
  const unseen = defect.unseen === undefined ? '' : ` (${defect.unseen})`
  return `${outcomeOf(one)}: ${defect.id} on ${caseId}: ${moves}, ${why}${unseen}; the verdict: ${reason}`
}

const multiple = (value: number | null): string =>
  value === null
    ? '–'
    : !Number.isFinite(value)
      ? '∞'
      : value < 10
        ? `${value.toPrecision(2)} ×`
        : `${value.toFixed(0)} ×`
