import { quoteLine, type LineTooLong } from './lines.js'
import { describeIssues, errorMessage, progressMessage, type ErrorMessage } from './protocol.js'

/** A line that breaks the protocol. The message quotes it. */
export class ProtocolBreach extends Error {}

export type Heard =
  | { readonly kind: 'answer'; readonly body: unknown }
  | { readonly kind: 'error'; readonly error: ErrorMessage['error'] }
  | { readonly kind: 'progress'; readonly done: number; readonly total: number }

/** What a line from a worker means, when request `id` is waiting for its answer. Throws `ProtocolBreach`. */
export function interpretLine(line: string | LineTooLong, id: number | null): Heard {
  if (typeof line !== 'string') {
    throw new ProtocolBreach(`${line.message}: ${quoteLine(line.start)}`)
  }
  const message = parseObject(line)
  const said = 'error' in message ? 'error' : 'progress' in message ? 'progress' : 'answer'
  const theirs = message.id
  if (theirs !== id && !(said === 'error' && theirs === null)) {
    const waiting = id === null ? 'when nothing was asked' : `when request ${id} waits`
    throw new ProtocolBreach(`this answers request ${quoteLine(String(theirs), 20)} ${waiting}: ${quoteLine(line)}`)
  }
  if (said === 'answer') return { kind: 'answer', body: message }
  if (said === 'error') return { kind: 'error', error: check(errorMessage, message, line).error }
  return { kind: 'progress', ...check(progressMessage, message, line).progress }
}

/** `body` as `schema` has it. Throws `ProtocolBreach`. */
export function check<T>(schema: Schema<T>, body: unknown, line = JSON.stringify(body)): T {
  const result = schema.safeParse(body)
  if (result.success) return result.data
  throw new ProtocolBreach(`${describeIssues(result.error)}, in ${quoteLine(line)}`)
}

/** What is used here of a zod schema. */
export interface Schema<T> {
  safeParse(
    value: unknown,
  ): { success: true; data: T } | { success: false; error: Parameters<typeof describeIssues>[0] }
}

function parseObject(line: string): Record<string, unknown> {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch {
    throw new ProtocolBreach(`this is not JSON: ${quoteLine(line)}`)
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ProtocolBreach(`this is not a JSON object: ${quoteLine(line)}`)
  }
  return value as Record<string, unknown>
}
