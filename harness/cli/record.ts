import { filterCases, type Selection } from '../cases/filter-cases.js'
import type { LoadedCase } from '../cases/load-cases.js'
import { prepareCase } from '../cases/prepare-case.js'
import { locateCheckpoint } from '../checkpoint/locate-checkpoint.js'
import { compareRecordings } from '../run/compare-recordings.js'
import { recordCase, type FreshRecording } from '../run/record-case.js'
import { checkTokenizerRecording, recordTokenizer } from '../run/record-tokenizer.js'
import { TransformersProcesses } from '../sources/transformers/processes.js'
import { transformers } from '../sources/transformers/index.js'
import type { Timeouts } from '../sources/source.js'
import { readRecording, writeRecording } from '../trace/recording-store.js'
import { writeTokenizerRecording } from '../trace/tokenizer-recording.js'
import type { PreparedCase, TokenizerCase } from '../types.js'
import { parseTimeouts } from './parse.js'
import { loadProject } from './project.js'
import { quoteShell } from './quote-shell.js'
import { refuseFault } from './refuse-fault.js'
import { withFetchLine } from './with-fetch-line.js'

interface RecordOptions extends Selection {
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

/** A case of either kind, made ready to be recorded. */
type Ready =
  | { readonly kind: 'model'; readonly item: PreparedCase }
  | { readonly kind: 'tokenizer'; readonly item: TokenizerCase; readonly folder: string }

/** `parity record` */
export async function recordCommand(given: object): Promise<void> {
  const options = given as RecordOptions
  const project = await loadProject()
  const timeouts = parseTimeouts(options.timeout)
  const { signal } = new AbortController()
  const ready: Ready[] = []
  const isQuiet = options.json === true
  for (const item of filterCases(project.cases, options)) ready.push(await makeReady(item, isQuiet, signal))
  await installReference()

  await using processes = new TransformersProcesses()
  const recorder = { recordings: project.recordings, isCheck: options.check === true, processes, timeouts, signal }
  const outcomes: Outcome[] = []
  for (const one of ready) {
    const record = one.kind === 'model' ? recordModel(one.item) : recordOneTokenizer(one.item, one.folder)
    const outcome = await refuseFault(() => record(recorder))
    outcomes.push(outcome)
    if (!isQuiet) process.stdout.write(formatOutcome(outcome))
  }
  const changed = outcomes.filter(({ changes }) => changes.length > 0).length
  if (isQuiet) process.stdout.write(`${JSON.stringify({ cases: outcomes })}\n`)
  else if (options.check === true) process.stdout.write(`${outcomes.length - changed} unchanged, ${changed} changed\n`)
  if (changed > 0) process.exitCode = 1
}

/** Unless the user has an interpreter of their own. */
async function installReference(): Promise<void> {
  const available = await transformers.check({ name: transformers.name })
  if (!available.ok) await transformers.install?.(undefined)
}

const makeReady = (item: LoadedCase, isQuiet: boolean, signal: AbortSignal): Promise<Ready> =>
  withFetchLine(isQuiet, async (progress) =>
    'tokenizer' in item
      ? { kind: 'tokenizer', item, folder: await locateCheckpoint(item.checkpoint, signal, progress) }
      : { kind: 'model', item: await prepareCase(item, signal, progress) },
  )

/** What recording needs, whatever the case. */
interface Recorder {
  readonly recordings: string
  readonly isCheck: boolean
  readonly processes: TransformersProcesses
  readonly timeouts: Timeouts
  readonly signal: AbortSignal
}

type RecordOne = (recorder: Recorder) => Promise<Outcome>

const commandFor = (caseId: string) => `parity record --case ${quoteShell(caseId)}`

const recordModel =
  (item: PreparedCase): RecordOne =>
  async ({ recordings, isCheck, processes, timeouts, signal }) => {
    const fresh = await recordCase(processes, item, commandFor(item.id), timeouts, signal)
    const result = { case: item.id, errors: errorsOf(fresh) }
    if (isCheck) return { ...result, ...compareRecordings(await readRecording(recordings, item), fresh) }
    await writeRecording(recordings, fresh.recording, fresh.tensors)
    return { ...result, changes: [], notes: [], truthDifference: null }
  }

const recordOneTokenizer =
  (item: TokenizerCase, folder: string): RecordOne =>
  async ({ recordings, isCheck, timeouts, signal }) => {
    const fresh = await recordTokenizer(item, folder, commandFor(item.id), timeouts, signal)
    const result = { case: item.id, notes: [], truthDifference: null, errors: {} }
    if (isCheck) return { ...result, changes: await checkTokenizerRecording(recordings, item, folder, fresh) }
    await writeTokenizerRecording(recordings, fresh)
    return { ...result, changes: [] }
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
    `${id}: ${[difference, ...distances].join(', ')}`,
    ...changes.map((change) => `  changed: ${change}`),
    ...notes.map((note) => `  note: ${note}`),
    '',
  ].join('\n')
}
