import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { loadConfig } from '../config/load-config.js'
import { settingsOf, settle } from '../config/settle.js'
import { ParityError } from '../errors.js'
import { readBaseline } from '../report/baseline.js'
import { buildReport } from '../report/build.js'
import { decideExitCode } from '../report/exit-code.js'
import { readHistory } from '../report/history.js'
import { findGone, markVerdict } from '../report/mark-changes.js'
import type { Reached } from '../report/reporter.js'
import type { Reporters } from '../report/run-reporters.js'
import { formatJson } from '../report/writers/json.js'
import { listCells, nameOfCell, run, type Cell, type RunPlan } from '../run.js'
import { makeSources } from '../sources/index.js'
import type { Verdict } from '../types.js'
import { chooseCases } from './choose-cases.js'
import { chooseShard } from './choose-shard.js'
import { commandLine } from './command-line.js'
import { isWholeRun } from './is-whole-run.js'
import { listExisting } from './list-existing.js'
import { makePlan } from './make-plan.js'
import { openReporters } from './open-reporters.js'
import { ProgressLine } from './progress-line.js'
import { loadProject } from './project.js'
import { keepVerdicts } from './resume-run.js'
import type { RunOptions } from './run-options.js'
import { toolVersion } from './tool-version.js'

/** `parity run` */
export async function runCommand(given: object): Promise<void> {
  const options = given as RunOptions
  const isJson = options.json === true
  const [startedAt, started] = [new Date(), performance.now()]
  const config = await loadConfig(options.config)
  const settled = settle(options, process.env, config)
  const sources = makeSources(config?.values.sources)
  const settings = settingsOf(settled)
  const history = settings.history === null ? [] : await readHistory(settings.history)
  const baseline = settings.baseline === null ? null : await readBaseline(settings.baseline)
  const mark = (verdict: Verdict) => markVerdict(verdict, baseline, history)
  const stream = options.resume === true ? findStream(settings.out) : null
  const also = options.resume === true ? ['jsonl'] : []
  await using reporters = await openReporters(settled, { history, isJson, also })

  const project = await loadProject(settings)
  const plan = await makePlan(options, settled, project, await chooseCases(options, settings, project), sources)
  const { cells: all, later } = listCells(plan)
  const shard = chooseShard(options.shard, all, history)
  const names = shard?.cells[shard.index - 1] ?? all.map(nameOfCell)
  const cells = all.filter((cell) => names.includes(nameOfCell(cell)))

  const kept = stream === null ? [] : await resume(stream, plan, cells, isJson, mark)
  const facts = { toolVersion, command: commandLine(), startedAt, shard }
  await reporters.start({ ...facts, cells: cells.map(nameOfCell), leftToNightly: later.length }, kept)
  const reached = await reachVerdicts(plan, cells, kept, reporters, mark, isJson)

  const gone = findGone(baseline, isWholeRun(project, settings, names) ? listExisting(project, sources) : null)
  const report = buildReport(
    [...kept, ...reached].map(({ verdict }) => verdict),
    later.length,
    { ...facts, gone, elapsedMs: performance.now() - started },
  )
  await reporters.end(report)
  if (isJson) process.stdout.write(formatJson(report))
  const exitCode = decideExitCode(report, settings, baseline)
  process.exitCode = exitCode === 0 && reporters.failed.length > 0 ? 3 : exitCode
}

/** What an interrupted run left in the output folder; null, and a sentence, where it left nothing. */
function findStream(out: string | null): string | null {
  if (out === null)
    throw new ParityError('PARITY_USAGE', '--resume goes with --out', 'Name the folder of the interrupted run.')
  const file = join(out, 'verdicts.jsonl')
  if (existsSync(file)) return file
  process.stderr.write(`nothing to resume: there is no ${file}\n`)
  return null
}

async function resume(
  file: string,
  plan: RunPlan,
  cells: readonly Cell[],
  isQuiet: boolean,
  mark: (verdict: Verdict) => Verdict,
): Promise<Reached[]> {
  const kept = await keepVerdicts(file, plan, cells, isQuiet)
  process.stderr.write(`resumed: ${kept.length} of ${cells.length} verdicts kept\n`)
  return kept.map(({ cell, verdict }) => ({ cell, verdict: mark({ ...verdict, change: undefined }) }))
}

/** Runs what is left to do, and hands each verdict on as it is reached. */
async function reachVerdicts(
  plan: RunPlan,
  cells: readonly Cell[],
  kept: readonly Reached[],
  reporters: Reporters,
  mark: (verdict: Verdict) => Verdict,
  isQuiet: boolean,
): Promise<Reached[]> {
  const done = new Set(kept.map(({ cell }) => cell))
  const due = new Set(cells.map(nameOfCell).filter((name) => !done.has(name)))
  const reached: Reached[] = []
  using progress = new ProgressLine(cells.length, done.size, isQuiet)
  const only = (cell: Cell) => due.has(nameOfCell(cell))
  for await (const event of run({ ...plan, only }, new AbortController().signal)) {
    progress.show(event)
    if (event.type !== 'verdict') continue
    const found = { cell: `${event.caseId} on ${event.engine}`, verdict: mark(event.verdict) }
    reached.push(found)
    await reporters.verdict(found)
  }
  return reached
}
