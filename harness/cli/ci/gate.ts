import { inputOf } from '../../ci/run-arguments.js'
import { loadConfig } from '../../config/load-config.js'
import { settingsOf, settle } from '../../config/settle.js'
import { readBaseline } from '../../report/baseline.js'
import { decideExitCode } from '../../report/exit-code.js'
import { readReport } from '../../report/read-report.js'
import { savedReport } from './saved-report.js'

/** `parity ci gate`: the exit code that a run with these verdicts ends with. What no flag says, the Action's inputs say. */
export async function ciGateCommand(file: string | undefined, given: object): Promise<void> {
  const baselineInput = inputOf(process.env, 'BASELINE')
  const inputs = {
    failOn: inputOf(process.env, 'FAIL_ON'),
    baseline: baselineInput === 'none' ? false : baselineInput,
  }
  const settings = settingsOf(settle({ ...inputs, ...given }, process.env, await loadConfig()))
  const path = savedReport(file)
  const report = await readReport(path)
  const baseline = settings.baseline === null ? null : await readBaseline(settings.baseline)
  const code = decideExitCode(report, settings, baseline)
  process.stdout.write(`${path}: exit ${code} with --fail-on ${settings.failOn}\n`)
  process.exitCode = code
}
