import { filterCases } from '../cases/filter-cases.js'
import type { LoadedCase } from '../cases/load-cases.js'
import { openCheckpoint } from '../checkpoint/checkpoint.js'
import { checkTokens } from '../prompt/check-tokens.js'
import { compareRecordings } from '../run/compare-recordings.js'
import { recordCase, type FreshRecording } from '../run/record-case.js'
import { installPythonEnvironment } from '../sources/transformers/environment.js'
import { readRecording, writeRecording } from '../trace/recording-store.js'
import { parseTimeouts } from './parse.js'
import { loadProject, type Project } from './project.js'
import { quoteShell } from './quote-shell.js'
import { refuseFault } from './refuse-fault.js'

interface RecordOptions {
  readonly case?: readonly string[]
  readonly tag?: readonly string[]
  readonly check?: true
  readonly timeout: string
  readonly json?: true
}

interface Outcome {
  readonly case: string
  readonly changes: readonly string[]
  readonly notes: readonly string[]
  /** Of the float64 logits, relative to the largest; null where nothing was compared. */
  readonly truthDifference: number | null
  readonly errors: Readonly<Record<string, { readonly rms: number; readonly max: number }>>
}

/** `parity record` */
export async function recordCommand(given: object): Promise<void> {
  const options = given as RecordOptions
  const project = await loadProject()
  const cases = filterCases(project.cases, options.case ?? [], options.tag ?? [])
  for (const item of cases) checkTokens((await openCheckpoint(item.folder)).config, item.prompts)
  await installPythonEnvironment()

  const outcomes: Outcome[] = []
  for (const item of cases) {
    const command = `parity record --case ${quoteShell(item.id)}`
    const fresh = await refuseFault(() =>
      recordCase(item, command, parseTimeouts(options.timeout), new AbortController().signal),
    )
    const outcome = options.check === true ? await check(project, item, fresh) : await write(project, fresh)
    outcomes.push(outcome)
    if (options.json !== true) process.stdout.write(formatOutcome(outcome))
  }
  const changed = outcomes.filter(({ changes }) => changes.length > 0).length
  if (options.json === true) process.stdout.write(`${JSON.stringify({ cases: outcomes })}\n`)
  else if (options.check === true) process.stdout.write(`${outcomes.length - changed} unchanged, ${changed} changed\n`)
  if (changed > 0) process.exitCode = 1
}

async function check({ recordings }: Project, item: LoadedCase, fresh: FreshRecording): Promise<Outcome> {
  const stored = await readRecording(recordings, item, item.folder)
  return { case: item.id, ...compareRecordings(stored, fresh), errors: errorsOf(fresh) }
}

async function write({ recordings }: Project, fresh: FreshRecording): Promise<Outcome> {
  await writeRecording(recordings, fresh.recording, fresh.tensors)
  return { case: fresh.recording.case, changes: [], notes: [], truthDifference: null, errors: errorsOf(fresh) }
}

const errorsOf = ({ recording }: FreshRecording) =>
  Object.fromEntries(Object.entries(recording.dtypes).map(([dtype, { error }]) => [dtype, error]))

function formatOutcome({ case: id, changes, notes, truthDifference, errors }: Outcome): string {
  const distances = Object.entries(errors).map(
    ([dtype, { rms, max }]) => `${dtype} errs by ${rms.toExponential(1)} (largest ${max.toExponential(1)})`,
  )
  const difference =
    truthDifference === null
      ? 'recorded'
      : `float64 differs by ${truthDifference.toExponential(1)} of the largest logit`
  return [
    `${id}: ${difference}, ${distances.join(', ')}`,
    ...changes.map((change) => `  changed: ${change}`),
    ...notes.map((note) => `  note: ${note}`),
    '',
  ].join('\n')
}
