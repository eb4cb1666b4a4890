import type { LoadedCase } from '../cases/load-cases.js'
import type { Sources } from '../sources/index.js'
import type { Timeouts } from '../sources/source.js'
import type { Limits, SourceId } from '../types.js'
import type { Cell } from './cells.js'
import type { Budget } from './work-within.js'

/** Everything that a run does, decided before it starts. */
export interface RunPlan {
  readonly cases: readonly LoadedCase[]
  /** Where engines and reference are looked up. */
  readonly sources: Sources
  readonly engines: readonly SourceId[]
  /** Whether somebody asked for these engines, so that those of the cases' own give way. */
  readonly isEngineNamed?: boolean
  /** `null`: recorded where there is a recording, else transformers where it can run, else the oracle. */
  readonly reference: SourceId | null
  /** Folder of the recorded traces. */
  readonly recordings: string
  readonly limits: Limits
  /** Whether the oracle is asked where engine and reference disagree; not where it is missing. */
  readonly arbitrates?: boolean
  /** How long the oracle may take over a case, in minutes; `usualOracleMinutes` where it is missing. */
  readonly oracleMinutes?: number
  /** What may be under way at once. */
  readonly budget: Budget
  /** Whether engines also take the cases that leave them to the nightly run. */
  readonly isNightly: boolean
  /** The cells to run, of those that the plan has; all of them where it is missing. */
  readonly only?: (cell: Cell) => boolean
  /** Processor threads of each engine. */
  readonly threads: number
  readonly timeouts: Timeouts
  /** Options of the engines' own. */
  readonly options: Readonly<Record<string, unknown>>
  /** The command that shows a verdict again. */
  readonly reproduce: (caseId: string, engine: string) => string
}
