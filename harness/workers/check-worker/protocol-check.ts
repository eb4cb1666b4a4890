import type { Capability } from '../../types.js'
import type { Examinee } from './examinee.js'

/** One thing that the protocol asks of a worker. */
export interface ProtocolCheck {
  readonly name: string
  /** Where it fails, none of those behind it can be judged. */
  readonly isGate?: true
  /** Run only where the worker's hello says that it gives all of these. */
  readonly needs?: readonly Capability[]
  /** Left out where its hello says that it gives any of these. */
  readonly without?: readonly Capability[]
  /** What was found, as the end of a sentence; null where there was nothing to check. Throws `Failed`. */
  run(examinee: Examinee): Promise<string | null>
  /** What null means. */
  readonly notOffered?: string
}
