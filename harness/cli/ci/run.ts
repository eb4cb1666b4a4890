import { rm, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { makeRunArguments, outOf } from '../../ci/run-arguments.js'
import { countVerdicts } from '../../ci/outputs.js'
import { readReport } from '../../report/read-report.js'
import { writeOutputs } from './step-files.js'

const program = fileURLToPath(new URL('../main.js', import.meta.url))

/**
 * `parity ci run`: `parity run` with the Action's inputs, in a process of its own and through no shell. Bad verdicts do
 * not fail this step, so that the report is published first and `parity ci gate` decides.
 */
export async function ciRunCommand(): Promise<void> {
  const folder = resolve(outOf(process.env))
  const file = join(folder, 'report.json')
  // So that a report of an earlier run is not taken for this one's.
  await rm(file, { force: true })
  const { exitCode = 3 } = await execa(process.execPath, [program, ...makeRunArguments(process.env)], {
    stdio: 'inherit',
    reject: false,
  })
  const isReported = await stat(file).then(
    () => true,
    () => false,
  )
  await writeOutputs({
    'exit-code': exitCode,
    folder,
    ...(isReported ? { report: file, ...countVerdicts(await readReport(file)) } : {}),
  })
  process.exitCode = isReported && exitCode === 1 ? 0 : exitCode
}
