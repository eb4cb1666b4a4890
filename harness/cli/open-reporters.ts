import { mkdir } from 'node:fs/promises'
import type { SettledSettings } from '../config/settle.js'
import { ParityError } from '../errors.js'
import type { HistoryPoint } from '../report/history.js'
import { loadReporters } from '../report/load-reporters.js'
import { writesFiles } from '../report/reporters.js'
import { Reporters } from '../report/run-reporters.js'

export interface OpenOptions {
  readonly history: readonly HistoryPoint[]
  /** Reporters print nothing: one JSON document is all that stdout gets. */
  readonly isJson: boolean
  /** Reporters that are added if they were not asked for. */
  readonly also?: readonly string[]
}

/**
 * The reporters of the settings, ready to start.
 *
 * @throws ParityError PARITY_REPORTER where one cannot be loaded, PARITY_USAGE where one has no folder to write into
 */
export async function openReporters(
  { reporters, out }: Pick<SettledSettings, 'reporters' | 'out'>,
  { history, isJson, also = [] }: OpenOptions,
): Promise<Reporters> {
  const named = await loadReporters(chooseReporters(reporters, out.value, also))
  if (out.value !== null) await makeFolder(out.value)
  const context = {
    history,
    isColoured: !isJson && (process.stdout.hasColors?.() ?? false),
    print: (text: string) => {
      if (!isJson) process.stdout.write(text)
    },
    environment: process.env,
  }
  return new Reporters(named, out.value, context, (sentence) => process.stderr.write(`${sentence}\n`))
}

/** With a folder there is always a `report.json`; without one the default reporters write none. */
function chooseReporters(
  { value: asked, from }: SettledSettings['reporters'],
  out: string | null,
  also: readonly string[],
): readonly string[] {
  if (out !== null) return [...asked, 'json', ...also]
  const writing = asked.filter(writesFiles)
  if (writing.length === 0) return asked
  if (from === 'default') return asked.filter((name) => !writesFiles(name))
  throw new ParityError(
    'PARITY_USAGE',
    `there is no folder that the reporter ${writing.join(', ')} could write into`,
    writing.includes('json') ? 'Add --out reports, or print the report with --json.' : 'Add --out reports.',
  )
}

async function makeFolder(out: string): Promise<void> {
  try {
    await mkdir(out, { recursive: true })
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new ParityError('PARITY_USAGE', `--out ${out} cannot be a folder: ${why}`, 'Name another one.', { cause })
  }
}
