/** `reports/history.jsonl`: a line a run, oldest first. */
import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { z } from 'zod'
import { ParityError } from '../errors.js'
import { spellNonFinite } from '../spell-non-finite.js'
import type { Outcome } from '../types.js'
import { writeFileAtomically } from '../write-file.js'
import { isFinding, roundExcess } from './baseline.js'
import type { Report } from './build.js'
import { parseText, readText, splitLines } from './read-text.js'
import { verdictReader } from './schema.js'
import { keyOf } from './verdict-key.js'

/** One verdict of an earlier run. */
export interface PastVerdict {
  readonly outcome: Outcome
  readonly excess: number | null
  readonly engineVersion: string | null
  readonly elapsedMs: number
}

/** One earlier run. */
export interface HistoryPoint {
  /** ISO 8601. */
  readonly at: string
  readonly tool: string
  /** Commit of the project under test, where it is known. */
  readonly commit: string | null
  readonly reference: string
  /** By `keyOf` of the verdict. */
  readonly verdicts: Readonly<Record<string, PastVerdict>>
}

const pointReader = z.object({
  at: z.iso.datetime(),
  tool: z.string(),
  commit: z.string().nullable(),
  reference: z.string(),
  verdicts: z.record(
    z.string(),
    verdictReader.pick({ outcome: true, excess: true, engineVersion: true, elapsedMs: true }),
  ),
})

/**
 * Earlier runs; none where there is no file. A last line that an interrupted write has torn is dropped.
 *
 * @throws ParityError PARITY_REPORT naming file and line
 */
export async function readHistory(file: string): Promise<HistoryPoint[]> {
  return (await readLines(file)).map((line, index) => parsePoint(line, `${file}:${index + 1}`))
}

/** @throws ParityError PARITY_REPORT */
const readLines = async (file: string): Promise<string[]> =>
  existsSync(file) ? splitLines(await readText(file, refuse)) : []

const parsePoint = (line: string, where: string): HistoryPoint =>
  parseText(line, pointReader, where, 'not a run of this version', refuse)

const refuse = (message: string, cause?: unknown) =>
  new ParityError('PARITY_REPORT', message, 'parity history adds a line from the report of a run.', { cause })

/** What history keeps of a report: the verdicts that say something of an engine. `commit` is that of the project. */
export function pointOf(report: Report, commit: string | null): HistoryPoint {
  const found = report.verdicts.filter(isFinding)
  return {
    at: report.startedAt,
    tool: report.tool.version,
    commit,
    reference: [...new Set(found.map(({ reference }) => reference))].join('; '),
    verdicts: Object.fromEntries(
      found.map((verdict) => {
        const { outcome, excess, engineVersion, elapsedMs } = verdict
        return [keyOf(verdict), { outcome, excess: roundExcess(excess), engineVersion, elapsedMs }]
      }),
    ),
  }
}

/**
 * Adds a run, so that a reader sees the file with it or without it. Returns `false` where the history has this very line
 * already, as when a job is repeated. The folder is made if there is none.
 *
 * @throws ParityError PARITY_REPORT if what is there is no history
 */
export async function appendHistory(file: string, point: HistoryPoint): Promise<boolean> {
  const lines = await readLines(file)
  lines.forEach((line, index) => parsePoint(line, `${file}:${index + 1}`))
  const added = JSON.stringify(point, spellNonFinite)
  if (lines.includes(added)) return false
  await mkdir(dirname(file), { recursive: true })
  await writeFileAtomically(file, [...lines, added].map((line) => `${line}\n`).join(''))
  return true
}
