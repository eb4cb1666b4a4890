import { loadConfig } from '../config/load-config.js'
import { settingsOf, settle, type SettledSettings } from '../config/settle.js'
import { ParityError } from '../errors.js'
import type { Report } from '../report/build.js'
import { compareReports } from '../report/compare-reports.js'
import { readHistory } from '../report/history.js'
import { readReport } from '../report/read-report.js'
import { formatDifference, formatDifferenceJson } from '../report/writers/difference.js'
import { formatJson } from '../report/writers/json.js'
import { formatModelCard } from '../report/writers/model-card.js'
import { formatTerminal } from '../report/writers/terminal.js'
import { writeFileAtomically } from '../write-file.js'
import { keepCases, keepEarlierCases } from './keep-cases.js'
import { openEarlier } from './open-earlier.js'
import { openReporters } from './open-reporters.js'
import { replayReport } from './replay-report.js'

interface ReportOptions {
  readonly modelCard?: true
  readonly case?: readonly string[]
  readonly reporter?: readonly string[]
  readonly out?: string
  readonly since?: string
  readonly json?: true
}

/** `parity report` */
export async function reportCommand(file = 'reports/report.json', given: object): Promise<void> {
  const options = given as ReportOptions
  refuseTogether(options)
  const settled = settle({ reporter: options.reporter, out: options.out }, process.env, await loadConfig())
  const report = keepCases(await readReport(file), file, options.case)
  if (options.reporter !== undefined) return replay(report, settled, options)
  const text = options.since === undefined ? format(report, options) : await compare(report, file, settled, options)
  if (options.out === undefined) process.stdout.write(text)
  else await writeFileAtomically(options.out, text)
}

/** Each of these gives a text of its own. */
function refuseTogether(options: ReportOptions): void {
  const forms = [
    ['--model-card', options.modelCard],
    ['--reporter', options.reporter],
    ['--since', options.since],
  ] as const
  const [one, other] = forms.flatMap(([flag, value]) => (value === undefined ? [] : [flag]))
  if (other !== undefined)
    throw new ParityError('PARITY_USAGE', `${one} and ${other} exclude each other`, 'Take one of them.')
  if (options.modelCard === true && options.json === true)
    throw new ParityError('PARITY_USAGE', '--model-card and --json exclude each other', 'Take one of them.')
}

async function replay(report: Report, settled: SettledSettings, { out, json }: ReportOptions): Promise<void> {
  const { history: file } = settingsOf(settled)
  const history = file === null ? [] : await readHistory(file)
  const isJson = json === true
  const asked = { ...settled, out: { ...settled.out, value: out ?? null } }
  await using reporters = await openReporters(asked, { history, isJson })
  await replayReport(report, reporters)
  if (isJson) process.stdout.write(formatJson(report))
  if (reporters.failed.length > 0) process.exitCode = 3
}

function format(report: Report, { modelCard, json, out }: ReportOptions): string {
  if (modelCard === true) return formatModelCard(report)
  if (json === true) return formatJson(report)
  return formatTerminal(report, out === undefined && (process.stdout.hasColors?.() ?? false))
}

async function compare(
  report: Report,
  file: string,
  settled: SettledSettings,
  { since = '', case: patterns, json }: ReportOptions,
): Promise<string> {
  const earlier = await openEarlier(since, settled.baseline.value ?? 'reports/baseline.json')
  const difference = compareReports(keepEarlierCases(earlier, patterns), report)
  return json === true ? formatDifferenceJson(difference) : formatDifference(difference, { before: since, after: file })
}
