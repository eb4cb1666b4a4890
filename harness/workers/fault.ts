import type { Stage } from '../types.js'

/**
 * - `spawn`: the program could not be started
 * - `exited`: it died, or was killed for its memory
 * - `timeout`: it was silent for too long, and was killed
 * - `protocol`: it said something that the protocol does not know, and was killed
 * - `refused`: it answered with an error, and lives on
 * - `aborted`: the harness gave up, and killed it
 */
export type FaultKind = 'spawn' | 'exited' | 'timeout' | 'protocol' | 'refused' | 'aborted'

export interface FaultDetail {
  /** Exit code. */
  readonly code?: number
  /** The signal it died of. */
  readonly signal?: string
  /** The worker's own name for what went wrong; `memory-limit` where the harness killed it for that. */
  readonly errorCode?: string
  /** What to do about it, where the worker knows. */
  readonly hint?: string
}

/** What went wrong with a worker. It costs a verdict, never the run: so it is no `ParityError`. */
export class WorkerFault extends Error {
  readonly kind: FaultKind
  readonly stage: Stage
  readonly detail: FaultDetail
  /** The last lines of its stderr. */
  readonly log: string

  constructor(kind: FaultKind, stage: Stage, message: string, detail: FaultDetail = {}, log = '') {
    super(message)
    this.name = 'WorkerFault'
    this.kind = kind
    this.stage = stage
    this.detail = detail
    this.log = log
  }
}
