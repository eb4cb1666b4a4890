import { readFile, stat } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { ParityError } from '../errors.js'
import type { Report } from './build.js'
import { parseJsonl } from './read-jsonl.js'
import { reportReader } from './schema.js'

/**
 * Reads a `report.json` or a `verdicts.jsonl`, whatever it is called, or the one of a folder: the former, if it has both.
 *
 * @throws ParityError PARITY_REPORT
 */
export async function readReport(path: string): Promise<Report> {
  let file = path
  let text: string
  try {
    if ((await stat(path)).isDirectory()) file = findReport(path)
    text = await readFile(file, 'utf8')
  } catch (cause) {
    if (ParityError.is(cause)) throw cause
    const isMissing = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT'
    throw refuse(file, isMissing ? 'does not exist' : 'cannot be read', cause)
  }
  return text.startsWith('{"type":') ? parseJsonl(text, file).report : parseJson(text, file)
}

function findReport(folder: string): string {
  const found = ['report.json', 'verdicts.jsonl'].map((name) => join(folder, name)).find((file) => existsSync(file))
  if (found !== undefined) return found
  throw refuse(folder, 'has neither a report.json nor a verdicts.jsonl')
}

function parseJson(text: string, file: string): Report {
  let content: unknown
  try {
    content = JSON.parse(text)
  } catch (cause) {
    throw refuse(file, 'cannot be read', cause)
  }
  const parsed = reportReader.safeParse(content)
  if (parsed.success) return parsed.data
  throw refuse(file, `is not a report of this version: ${z.prettifyError(parsed.error)}`)
}

const refuse = (file: string, why: string, cause?: unknown) =>
  new ParityError('PARITY_REPORT', `${file} ${why}`, 'parity run --out reports writes reports/report.json.', { cause })
