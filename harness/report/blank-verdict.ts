import type { Verdict } from '../types.js'

/** What a verdict says of everything that was not found out. */
export const blankVerdict = {
  checkpoint: null,
  engineVersion: null,
  adapter: null,
  software: false,
  comparisons: [],
  notCompared: [],
  limits: null,
  spread: null,
  excess: null,
  tokens: null,
  evidence: null,
  peakBytes: null,
} as const satisfies Partial<Verdict>
