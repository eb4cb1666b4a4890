/** What a reporter is. Reporters see marked verdicts as they are reached, and the report at the end. */
import type { Verdict } from '../types.js'
import type { Report, Shard } from './build.js'
import type { HistoryPoint } from './history.js'

/** A file, relative to the output folder. Artifacts are written in one place: `run-reporters.ts`. */
export interface Artifact {
  readonly path: string
  readonly content: string | Uint8Array
}

/** What is known when a run starts. */
export interface RunStart {
  readonly toolVersion: string
  /** The command line, as it can be pasted into a shell. */
  readonly command: string
  readonly startedAt: Date
  /** Names of the cells that this run has to do, in order, resumed ones included. */
  readonly cells: readonly string[]
  readonly shard: Shard | null
  readonly leftToNightly: number
}

/** A verdict, and the name of the cell that it is on: `CASE on ENGINE`, the engine as it was asked for. */
export interface Reached {
  readonly cell: string
  readonly verdict: Verdict
}

export interface Reporter {
  readonly name: string
  onStart?(start: RunStart): void | Promise<void>
  onVerdict?(reached: Reached): void | Promise<void>
  onEnd(report: Report): readonly Artifact[] | Promise<readonly Artifact[]>
}

/** What a reporter may use besides what it is told. */
export interface ReporterContext {
  /** Earlier runs, oldest first. */
  readonly history: readonly HistoryPoint[]
  readonly isColoured: boolean
  /** Prints on stdout. */
  readonly print: (text: string) => void
  /** Adds a line to a file of the output folder, on disk when it resolves: what a kill must not lose. */
  readonly append: (path: string, line: string) => Promise<void>
  readonly environment: Readonly<Record<string, string | undefined>>
}

export type MakeReporter = (context: ReporterContext) => Reporter
