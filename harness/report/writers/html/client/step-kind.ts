import type { StepEvidence } from '../../../../evidence.js'

export type StepKind = 'equal' | 'near-tie' | 'fork'

/** Whether both sides chose the same token, and if not, whether the reference could tell the two apart. */
export const kindOf = ({ expected, actual }: StepEvidence, isTie: boolean): StepKind =>
  expected === actual ? 'equal' : isTie ? 'near-tie' : 'fork'
