import type { Shard } from '../report/build.js'
import type { HistoryPoint, PastVerdict } from '../report/history.js'
import { splitKey } from '../report/verdict-key.js'
import { nameOfCell, nameOfEngine, type Cell } from '../run/cells.js'
import { parseShard, splitCells } from '../run/shard.js'
import { isSourceId, matchesSourceId, parseSourceId } from '../source-id.js'

/**
 * The part of a run that `--shard` names, or null for the whole. Parts take about as long, by the times in the history.
 *
 * @throws ParityError PARITY_USAGE
 */
export function chooseShard(
  text: string | undefined,
  cells: readonly Cell[],
  history: readonly HistoryPoint[],
): Shard | null {
  if (text === undefined) return null
  const { index, total } = parseShard(text)
  const times = new Map(cells.map((cell) => [nameOfCell(cell), findTime(cell, history)]))
  return { index, total, cells: splitCells([...times.keys()], total, (name) => times.get(name)) }
}

/** How long a cell took when it last ran, in ms. */
function findTime(cell: Cell, history: readonly HistoryPoint[]): number | undefined {
  const last = history.findLast(({ verdicts }) => findVerdict(cell, verdicts) !== undefined)
  return last === undefined ? undefined : findVerdict(cell, last.verdicts)?.elapsedMs
}

/** A cell names its engine as it was asked for, history as it ran: with device and dtype, the version apart. */
function findVerdict(cell: Cell, verdicts: HistoryPoint['verdicts']): PastVerdict | undefined {
  const asked = parseSourceId(nameOfEngine(cell))
  const found = Object.entries(verdicts).find(([key, { engineVersion }]) => {
    const { caseId, engine } = splitKey(key)
    if (caseId !== cell.item.id || !isSourceId(engine)) return false
    return matchesSourceId(asked, { ...parseSourceId(engine), version: engineVersion ?? undefined })
  })
  return found?.[1]
}
