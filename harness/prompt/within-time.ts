import { createContext, Script } from 'node:vm'

const context: { work?: () => unknown } = {}
createContext(context)
const call = new Script('work()')

/** A computation that a checkpoint's own files keep going for ever was stopped. */
export class TookTooLong extends Error {}

/**
 * What `work` returns. A regular expression or a template that comes with a checkpoint may loop for ever, and nothing
 * else can stop JavaScript that never yields: `node:vm` is used as a watchdog here, not as a sandbox. Throws
 * `TookTooLong` after `limitMs`, and what `work` throws.
 */
export function withinTime<Result>(limitMs: number, work: () => Result): Result {
  const outer = context.work
  context.work = work
  try {
    return call.runInContext(context, { timeout: limitMs }) as Result
  } catch (error) {
    if (isTimeout(error)) throw new TookTooLong(`was stopped after ${limitMs} ms`)
    throw error
  } finally {
    context.work = outer
  }
}

const isTimeout = (error: unknown) =>
  typeof error === 'object' && error !== null && 'code' in error && error.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT'
