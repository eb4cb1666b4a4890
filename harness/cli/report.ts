import { matchesPattern } from '../cases/filter-cases.js'
import { ParityError } from '../errors.js'
import { keepVerdicts } from '../report/build.js'
import { readReport } from '../report/read-report.js'
import { formatModelCard } from '../report/writers/model-card.js'
import { formatTerminal } from '../report/writers/terminal.js'
import { writeFileAtomically } from '../write-file.js'

interface ReportOptions {
  readonly modelCard?: true
  readonly case?: readonly string[]
  readonly out?: string
}

/** `parity report` */
export async function reportCommand(file = 'reports/report.json', given: object): Promise<void> {
  const { modelCard, case: patterns = ['*'], out } = given as ReportOptions
  const whole = await readReport(file)
  const report = keepVerdicts(whole, ({ caseId }) => patterns.some((pattern) => matchesPattern(pattern, caseId)))
  if (report.verdicts.length === 0)
    throw new ParityError(
      'PARITY_USAGE',
      `${file} has no verdict on ${patterns.map((pattern) => `'${pattern}'`).join(', ')}`,
      `It has verdicts on ${[...new Set(whole.verdicts.map(({ caseId }) => caseId))].join(', ')}.`,
    )
  const isColoured = out === undefined && (process.stdout.hasColors?.() ?? false)
  const text = modelCard === true ? formatModelCard(report) : formatTerminal(report, isColoured)
  if (out === undefined) process.stdout.write(text)
  else await writeFileAtomically(out, text)
}
