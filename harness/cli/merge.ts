import { loadConfig } from '../config/load-config.js'
import { settingsOf, settle } from '../config/settle.js'
import { readBaseline } from '../report/baseline.js'
import type { Report } from '../report/build.js'
import { decideExitCode } from '../report/exit-code.js'
import { readHistory } from '../report/history.js'
import { findGone, markVerdict } from '../report/mark-changes.js'
import { mergeReports } from '../report/merge-reports.js'
import { readReport } from '../report/read-report.js'
import { formatJson } from '../report/writers/json.js'
import { commandLine } from './command-line.js'
import { makeSources } from '../sources/index.js'
import { isWholeRun } from './is-whole-run.js'
import { listExisting } from './list-existing.js'
import { openReporters } from './open-reporters.js'
import { loadProject } from './project.js'
import { replayReport } from './replay-report.js'

/** `parity merge` */
export async function mergeCommand(folders: readonly string[], given: object): Promise<void> {
  const isJson = 'json' in given && given.json === true
  const config = await loadConfig()
  const settled = settle(given, process.env, config)
  const settings = settingsOf(settled)
  const shards = await Promise.all(folders.map(async (file) => ({ file, report: await readReport(file) })))
  const merged = { ...mergeReports(shards), command: commandLine() }
  const cells = shards[0].report.shard?.cells.flat() ?? []
  const history = settings.history === null ? [] : await readHistory(settings.history)
  const baseline = settings.baseline === null ? null : await readBaseline(settings.baseline)
  const marked = merged.verdicts.map((verdict) => markVerdict(verdict, baseline, history))
  const project = await loadProject(settings)
  const gone = findGone(
    baseline,
    isWholeRun(project, settings, cells) ? listExisting(project, makeSources(config?.values.sources)) : null,
  )
  const report: Report = { ...merged, verdicts: marked, gone }

  await using reporters = await openReporters(settled, { history, isJson })
  await replayReport(report, reporters, cells)
  if (isJson) process.stdout.write(formatJson(report))
  const exitCode = decideExitCode(report, settings, baseline)
  process.exitCode = exitCode === 0 && reporters.failed.length > 0 ? 3 : exitCode
}
