import type { Verdict } from '../types.js'

/** How baseline and history know a verdict: case, engine, device and dtype, but not the version. */
export const keyOf = ({ caseId, engine }: Pick<Verdict, 'caseId' | 'engine'>): string => `${caseId} on ${engine}`
