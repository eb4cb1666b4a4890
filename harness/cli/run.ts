import { mkdir } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { filterCases, type Selection } from '../cases/filter-cases.js'
import type { LoadedCase } from '../cases/load-cases.js'
import { defaultLimits } from '../compare/limits.js'
import { ParityError } from '../errors.js'
import { buildReport, exitCodeOf, type Report } from '../report/build.js'
import { formatJson } from '../report/writers/json.js'
import { formatTerminal } from '../report/writers/terminal.js'
import { listCells, run, type RunPlan } from '../run.js'
import { formatSourceId, parseSourceId } from '../source-id.js'
import { defectNames } from '../sources/onnxruntime/defects.js'
import type { SourceId, Verdict } from '../types.js'
import { writeFileAtomically } from '../write-file.js'
import { adHocCase, recordedCasesOf } from './ad-hoc-case.js'
import { locateForCommand } from './with-fetch-line.js'
import { parseCount, parseTimeouts } from './parse.js'
import { ProgressLine } from './progress-line.js'
import { loadProject, type Project } from './project.js'
import { quoteShell } from './quote-shell.js'
import { statePrompts, type PromptFlags } from './state-prompts.js'
import { toolVersion } from './tool-version.js'

interface RunOptions extends Selection, PromptFlags {
  readonly engine?: readonly string[]
  readonly reference?: string
  readonly checkpoint?: string
  readonly generate: string
  readonly out?: string
  readonly jobs?: string
  readonly nightly?: true
  readonly require?: true
  readonly timeout: string
  readonly defect?: string
  readonly json?: true
}

const defaultEngines = ['onnxruntime:cpu', 'onnxruntime:webgpu']

/** `parity run` */
export async function runCommand(given: object): Promise<void> {
  const options = given as RunOptions
  const startedAt = new Date()
  const started = performance.now()
  const project = await loadProject()
  const plan = makePlan(options, project, await chooseCases(options, project))
  const verdicts = await collectVerdicts(plan, options.json === true)
  const facts = { toolVersion, command: commandLine(), startedAt, elapsedMs: performance.now() - started }
  const report = buildReport(verdicts, listCells(plan).later.length, facts)
  await writeReport(report, options)
  process.exitCode = exitCodeOf(report, options.require === true)
}

async function chooseCases(options: RunOptions, project: Project): Promise<LoadedCase[]> {
  const prompts = statePrompts(options)
  if (options.checkpoint === undefined) {
    if (prompts.length > 0)
      throw new ParityError(
        'PARITY_USAGE',
        '--tokens, --text and --chat go with --checkpoint',
        'The prompts of a case stand in its file.',
      )
    return filterCases(project.cases, options)
  }
  const selecting = (['case', 'tag', 'suite'] as const).find((flag) => options[flag] !== undefined)
  if (selecting !== undefined)
    throw new ParityError('PARITY_USAGE', `--${selecting} and --checkpoint exclude each other`, 'Take one of them.')
  const generate = parseCount('--generate', options.generate)
  const folder = await locateForCommand(options.checkpoint, options.json === true)
  if (prompts.length === 0 && (options.reference ?? 'recorded') === 'recorded') {
    const recorded = await recordedCasesOf(folder, project)
    if (recorded.length > 0) return recorded
  }
  return [await adHocCase(folder, prompts, generate)]
}

function makePlan(options: RunOptions, project: Project, cases: readonly LoadedCase[]): RunPlan {
  const engines = (options.engine ?? defaultEngines).map(parseSourceId)
  const processors = availableParallelism()
  const jobs = options.jobs === undefined ? Math.min(processors, 4) : parseCount('--jobs', options.jobs)
  return {
    cases,
    engines,
    reference: options.reference === undefined ? null : parseSourceId(options.reference),
    recordings: project.recordings,
    limits: defaultLimits,
    jobs,
    isNightly: options.nightly === true || options.engine !== undefined,
    threads: Math.max(1, Math.floor(processors / jobs)),
    timeouts: parseTimeouts(options.timeout),
    options: plantedDefect(options.defect, engines),
    reproduce: (caseId, engine) => reproduce(options, caseId, engine),
  }
}

/** Option of the built-in engine, which alone can be made wrong on purpose. */
function plantedDefect(name: string | undefined, engines: readonly SourceId[]): Record<string, unknown> {
  if (name === undefined) return {}
  if (!defectNames.includes(name)) {
    throw new ParityError('PARITY_USAGE', `there is no defect '${name}'`, `Known defects: ${defectNames.join(', ')}.`)
  }
  const other = engines.find((engine) => engine.name !== 'onnxruntime')
  if (other === undefined) return { defect: name }
  throw new ParityError(
    'PARITY_USAGE',
    `a defect cannot be planted in ${formatSourceId(other)}`,
    'Only in onnxruntime.',
  )
}

/** The command that shows one verdict of this run again. */
function reproduce(options: RunOptions, caseId: string, engine: string): string {
  const { checkpoint, reference, defect, generate } = options
  const prompts = (['tokens', 'text', 'chat'] as const).flatMap((flag) =>
    (options[flag] ?? []).flatMap((value) => [`--${flag}`, value]),
  )
  const what =
    checkpoint === undefined ? ['--case', caseId] : ['--checkpoint', checkpoint, ...prompts, '--generate', generate]
  const rest = [
    ...(reference === undefined ? [] : ['--reference', reference]),
    ...(defect === undefined ? [] : ['--defect', defect]),
  ]
  return ['npx parity run', ...[...what, '--engine', engine, ...rest].map(quoteShell)].join(' ')
}

async function collectVerdicts(plan: RunPlan, isQuiet: boolean): Promise<Verdict[]> {
  const verdicts: Verdict[] = []
  using progress = new ProgressLine(listCells(plan).cells.length, isQuiet)
  for await (const event of run(plan, new AbortController().signal)) {
    progress.show(event)
    if (event.type === 'verdict') verdicts.push(event.verdict)
  }
  return verdicts
}

async function writeReport(report: Report, options: RunOptions): Promise<void> {
  const document = formatJson(report)
  if (options.out !== undefined) {
    await mkdir(options.out, { recursive: true })
    await writeFileAtomically(join(options.out, 'report.json'), document)
  }
  process.stdout.write(options.json === true ? document : formatTerminal(report, process.stdout.hasColors?.() ?? false))
}

const commandLine = () => ['parity', ...process.argv.slice(2).map(quoteShell)].join(' ')
