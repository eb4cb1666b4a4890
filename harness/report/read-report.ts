import { existsSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { ParityError } from '../errors.js'
import type { Report } from './build.js'
import { parseJsonl } from './read-jsonl.js'
import { parseText, readText } from './read-text.js'
import { reportReader } from './schema.js'

/**
 * Reads a `report.json` or a `verdicts.jsonl`, whatever it is called, or the one of a folder: the former, if it has both.
 *
 * @throws ParityError PARITY_REPORT
 */
export async function readReport(path: string): Promise<Report> {
  const file = existsSync(path) && (await stat(path)).isDirectory() ? findReport(path) : path
  const text = await readText(file, refuse)
  return text.startsWith('{"type":')
    ? parseJsonl(text, file).report
    : parseText(text, reportReader, file, 'not a report of this version', refuse)
}

function findReport(folder: string): string {
  const found = ['report.json', 'verdicts.jsonl'].map((name) => join(folder, name)).find((file) => existsSync(file))
  if (found !== undefined) return found
  throw refuse(`${folder} has neither a report.json nor a verdicts.jsonl`)
}

const refuse = (message: string, cause?: unknown) =>
  new ParityError('PARITY_REPORT', message, 'parity run --out reports writes reports/report.json.', { cause })
