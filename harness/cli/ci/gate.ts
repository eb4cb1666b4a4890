import { inputOf } from '../../ci/run-arguments.js'
import { loadConfig } from '../../config/load-config.js'
import { settingsOf, settle } from '../../config/settle.js'
import { decideExitCode } from '../../report/exit-code.js'
import { readReport } from '../../report/read-report.js'
import { savedReport } from './saved-report.js'

interface GateOptions {
  readonly failOn?: string
  readonly require?: true
}

/** `parity ci gate`: the exit code that a run with these verdicts ends with. */
export async function ciGateCommand(file: string | undefined, given: object): Promise<void> {
  const { failOn = inputOf(process.env, 'FAIL_ON'), require } = given as GateOptions
  const settings = settingsOf(settle({ failOn, require }, process.env, await loadConfig()))
  const path = savedReport(file)
  const code = decideExitCode(await readReport(path), settings)
  process.stdout.write(`${path}: exit ${code} with --fail-on ${settings.failOn}\n`)
  process.exitCode = code
}
