import type { Verdict } from '../../../types.js'

/** Verdicts in the order in which they want to be read; those of one kind stay as they stood. */
export const orderVerdicts = <T extends Pick<Verdict, 'outcome' | 'change' | 'fault'>>(verdicts: readonly T[]): T[] =>
  [...verdicts].sort((a, b) => rank(a) - rank(b))

/** Outcomes, changes and faults, the most urgent first. */
export const urgency = [
  'regressed',
  'fail',
  'error',
  'infrastructure',
  'fixed',
  'drifted',
  'known',
  'near-tie',
  'skipped',
  'pass',
] as const

const places: readonly string[] = urgency

function rank({ outcome, change, fault }: Pick<Verdict, 'outcome' | 'change' | 'fault'>): number {
  const ranks = [outcome, change, fault].map((word) => places.indexOf(word ?? '')).filter((place) => place !== -1)
  // A machine that broke says nothing about the engine, so it stands behind what does.
  return fault === 'infrastructure' ? places.indexOf(fault) : Math.min(...ranks)
}
