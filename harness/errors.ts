/**
 * The one error of the project. It means that the set-up is broken, so that no verdict can be
 * given: a divergence is a verdict, never an exception.
 */

const marker = Symbol.for('transformers-parity.error')

/** What is broken. The letters after `PARITY_` are shown to people and matched by scripts. */
export type ParityErrorCode =
  | 'PARITY_USAGE'
  | 'PARITY_CHECKPOINT'
  | 'PARITY_LAYOUT'
  | 'PARITY_CASE'
  | 'PARITY_TRACE'
  | 'PARITY_RECORDING'
  | 'PARITY_CONFIG'
  | 'PARITY_REPORT'
  | 'PARITY_REPORTER'
  | 'PARITY_BASELINE'
  | 'PARITY_SOURCE'
  | 'PARITY_WORKER'
  | 'PARITY_HUB'

/** Mistakes in what the user wrote: on the command line, in a case or in the config. */
const asked: readonly ParityErrorCode[] = ['PARITY_USAGE', 'PARITY_CASE', 'PARITY_CONFIG', 'PARITY_REPORTER']

export class ParityError extends Error {
  readonly [marker] = true
  readonly code: ParityErrorCode
  /** What to do about it. */
  readonly hint: string

  constructor(code: ParityErrorCode, message: string, hint: string, options?: { cause?: unknown }) {
    super(message, options)
    this.name = 'ParityError'
    this.code = code
    this.hint = hint
  }

  /** Recognises errors of another copy of this package too. */
  static is(value: unknown): value is ParityError {
    return typeof value === 'object' && value !== null && marker in value
  }

  /** Exit code of the program: 2 for a mistake of the user's, 3 for a broken set-up. */
  get exitCode(): 2 | 3 {
    return asked.includes(this.code) ? 2 : 3
  }
}
