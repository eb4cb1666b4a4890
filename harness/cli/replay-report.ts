import type { Report } from '../report/build.js'
import { matchCells } from '../report/match-cells.js'
import { keyOf } from '../report/verdict-key.js'
import type { Reporters } from '../report/run-reporters.js'

/**
 * Shows reporters a finished report as a run would have shown it. `cells` are the names that its engines were asked for
 * by; without them, a cell is called as its verdict is.
 */
export async function replayReport(report: Report, reporters: Reporters, cells?: readonly string[]): Promise<void> {
  const names = cells ?? report.verdicts.map(keyOf)
  const { startedAt, tool, command, shard, leftToNightly } = report
  await reporters.start({
    toolVersion: tool.version,
    command,
    startedAt: new Date(startedAt),
    cells: names,
    shard,
    leftToNightly,
  })
  for (const reached of matchCells(names, report.verdicts).reached) await reporters.verdict(reached)
  await reporters.end(report)
}
