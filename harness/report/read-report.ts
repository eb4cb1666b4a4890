import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { ParityError } from '../errors.js'
import type { Report } from './build.js'
import { reportReader } from './schema.js'

/** Reads a `report.json`. @throws ParityError PARITY_REPORT */
export async function readReport(file: string): Promise<Report> {
  const refuse = (why: string, cause?: unknown) =>
    new ParityError('PARITY_REPORT', `${file} ${why}`, 'parity run --out reports writes reports/report.json.', {
      cause,
    })
  let content: unknown
  try {
    content = JSON.parse(await readFile(file, 'utf8'))
  } catch (cause) {
    const isMissing = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT'
    throw refuse(isMissing ? 'does not exist' : 'cannot be read', cause)
  }
  const parsed = reportReader.safeParse(content)
  if (parsed.success) return parsed.data
  throw refuse(`is not a report of this version: ${z.prettifyError(parsed.error)}`)
}
