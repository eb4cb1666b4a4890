import type { Verdict } from '../types.js'

/** How baseline and history know a verdict: case, and engine as the verdict calls it, mostly without its version. */
export const keyOf = ({ caseId, engine }: Pick<Verdict, 'caseId' | 'engine'>): string => `${caseId} on ${engine}`

/** The inverse of `keyOf`, and of the name of a cell. No engine has a space in its name. */
export function splitKey(key: string): { readonly caseId: string; readonly engine: string } {
  const at = key.lastIndexOf(' on ')
  return { caseId: key.slice(0, at), engine: key.slice(at + ' on '.length) }
}
