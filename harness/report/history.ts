/** `reports/history.jsonl`: a line a run, oldest first. */
import type { Outcome } from '../types.js'

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
