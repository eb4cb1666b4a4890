import type { Selection } from '../cases/filter-cases.js'
import type { PromptFlags } from './state-prompts.js'

/** Flags of `parity run` that are no settings: those `settle` reads. */
export interface RunOptions extends Selection, PromptFlags {
  readonly checkpoint?: string
  readonly generate: string
  readonly shard?: string
  readonly resume?: true
  readonly defect?: string
  readonly config?: string
  readonly json?: true
}
