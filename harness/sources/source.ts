import type { Availability, Session, SourceId } from '../types.js'
import type { BlockType } from '../checkpoint/round-blocks.js'
import type { Interpreter } from './python/interpreter.js'

export interface OpenSource {
  readonly id: SourceId
  /** Folder of the checkpoint. */
  readonly checkpoint: string
  /** Processor threads that the source may use. */
  readonly threads: number
  /** Options of the source's own. */
  readonly options: Readonly<Record<string, unknown>>
  readonly timeouts: Timeouts
}

/** How long a source may be silent at each stage, in milliseconds. */
export interface Timeouts {
  readonly startMs: number
  readonly openMs: number
  readonly observeMs: number
}

/** What a source rounds that transformers does not in the same dtype; the spread is measured with it. */
export interface Roundings {
  /** Weights are stored in blocks. */
  readonly weights?: BlockType
  /** Argument and result of gelu are. */
  readonly gelu?: 'float16'
}

/** How fast a slow source is, and how much it takes on. */
export interface Pace {
  /** Stored values × tokens a second. */
  readonly perSecond: number
  /** Values that it can hold; Infinity where the user will have it so. */
  readonly mostValues: number
  /** How it would be faster, where it could be. */
  readonly faster?: string
}

/** A program that runs a checkpoint. Engine and reference are the same thing in another role. */
export interface Source {
  readonly name: string
  /** In one line, for `parity doctor`. */
  readonly summary: string
  /** Devices it can name, the preferred one first. */
  readonly devices: readonly string[]
  /** What it computes in, the default for an engine first. */
  readonly dtypes: readonly string[]
  /** Memory that it needs before any checkpoint, in bytes: 1 GiB where nothing is said. */
  readonly baseBytes?: number
  /** Whether this machine can run it on the device named, or on its default one; with options, all that they ask for. */
  check(id: SourceId, options?: Readonly<Record<string, unknown>>): Promise<Availability>
  /** Of a source so slow that its time is estimated before it starts, and may be refused; takes its options. */
  pace?(options: Readonly<Record<string, unknown>>): Promise<Pace>
  /** What it rounds by design, beyond what its dtype says; missing where that is nothing. */
  roundings?(id: SourceId): Roundings
  /** Starts it over a checkpoint. Throws a `WorkerFault` where it refuses. */
  open(request: OpenSource, signal: AbortSignal): Promise<Session>
  /** Makes what it needs, for `parity doctor --install`; missing where nothing is to be made. @throws ParityError */
  install?(version: string | undefined, options?: Readonly<Record<string, unknown>>): Promise<void>
  /** Versions that could be installed, the newest first; asks a registry. @throws ParityError */
  versions?(): Promise<readonly string[]>
  /** The same source in an interpreter of the user's; missing where it is not in Python. */
  withInterpreter?(interpreter: Interpreter): Source
}
