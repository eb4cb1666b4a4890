/** What the page holds: an index that matrix, list and search need at once, and the details of each verdict, packed. */
import type { Outcome, Verdict } from '../../../types.js'
import type { PackedEvidence } from './pack-evidence.js'

export interface PageData {
  readonly toolVersion: string
  readonly command: string
  /** ISO 8601. */
  readonly startedAt: string
  readonly elapsedMs: number
  readonly machine: string
  /** `2 of 4`, of a part of a run. */
  readonly shard: string | null
  readonly leftToNightly: number
  /** How many verdicts fail the run. */
  readonly bad: number
  readonly gone: readonly GoneRow[]
  /** In the order of the list: failures first. */
  readonly verdicts: readonly IndexedVerdict[]
}

export interface GoneRow {
  readonly caseId: string
  readonly engine: string
  readonly outcome: Outcome
}

export interface IndexedVerdict extends Pick<
  Verdict,
  'caseId' | 'engine' | 'engineVersion' | 'outcome' | 'change' | 'fault' | 'reason' | 'excess' | 'tokens' | 'elapsedMs'
> {
  /** The verdict's key, made unique where a report has several versions of one engine. */
  readonly id: string
}

export interface VerdictDetail {
  readonly verdict: Omit<Verdict, 'evidence'>
  readonly evidence: PackedEvidence | null
  /** Earlier runs, oldest first. */
  readonly history: readonly PastPoint[]
}

export interface PastPoint {
  readonly at: string
  readonly commit: string | null
  readonly outcome: Outcome
  readonly excess: number | null
  readonly engineVersion: string | null
}
