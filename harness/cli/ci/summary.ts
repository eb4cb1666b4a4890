import { countVerdicts } from '../../ci/outputs.js'
import { readReport } from '../../report/read-report.js'
import { formatMarkdown } from '../../report/writers/markdown.js'
import { savedReport } from './saved-report.js'
import { writeOutputs, writeSummary } from './step-files.js'

/** `parity ci summary` */
export async function ciSummaryCommand(file: string | undefined): Promise<void> {
  await writeSummary(formatMarkdown(await readReport(savedReport(file))))
}

/** `parity ci outputs` */
export async function ciOutputsCommand(file: string | undefined): Promise<void> {
  const path = savedReport(file)
  await writeOutputs({ report: path, ...countVerdicts(await readReport(path)) })
}
