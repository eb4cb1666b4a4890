/** What every file that this folder reads back has in common. */
import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import type { ParityError } from '../errors.js'

/** Makes the error that a file is refused with, of a message that names it. */
export type Refuse = (message: string, cause?: unknown) => ParityError

/** The text of a file. Throws what `refuse` makes where there is none. */
export async function readText(file: string, refuse: Refuse): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (cause) {
    const isMissing = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT'
    throw refuse(`${file} ${isMissing ? 'does not exist' : 'cannot be read'}`, cause)
  }
}

/**
 * JSON text as what the schema makes of it. `where` names file and line, `what` completes `is`: `not a baseline of this
 * version`. Throws what `refuse` makes.
 */
export function parseText<T extends z.ZodType>(
  text: string,
  schema: T,
  where: string,
  what: string,
  refuse: Refuse,
): z.output<T> {
  let content: unknown
  try {
    content = JSON.parse(text)
  } catch (cause) {
    throw refuse(`${where} is not JSON`, cause)
  }
  const parsed = schema.safeParse(content)
  if (parsed.success) return parsed.data
  throw refuse(`${where} is ${what}: ${z.prettifyError(parsed.error)}`, parsed.error)
}

/**
 * The lines of JSON in a text. Without its newline the last one may be half a line that a kill has torn, or a whole one
 * that an editor has cut the newline of: each is an object, so only a whole one is JSON.
 */
export function splitLines(text: string): string[] {
  const lines = text.split('\n')
  const last = lines.pop() ?? ''
  return last.endsWith('}') && isJson(last) ? [...lines, last] : lines
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
