/** Who is told what a reference does, which may take minutes. */
import type { SourceId } from '../types.js'

export interface Watch {
  /** Before it starts: how long it is going to take. */
  estimated(reference: SourceId, estimate: string): void
  progress(reference: SourceId, done: number, total: number): void
}

export const unwatched: Watch = { estimated: () => undefined, progress: () => undefined }
