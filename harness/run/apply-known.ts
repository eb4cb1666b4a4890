import { matchesSourceId, parseSourceId } from '../source-id.js'
import type { KnownDivergence, SourceId, Verdict } from '../types.js'

/** What became of a case on an engine, before what the case declares is known. */
export type Found = Pick<Verdict, 'outcome' | 'reason'> & Partial<Verdict>

/**
 * A declared divergence that is there is `known`; one that is gone must be undeclared, so it fails as `fixed`. A divergence
 * that does not say what the declared one `says` is another, and stays what it is. Where the machine failed, nothing was
 * found out.
 *
 * @param engine with the device and dtype that it ran on, and its version where that was found out
 */
export function applyKnown(found: Found, declared: readonly KnownDivergence[], engine: SourceId): Found {
  const ofEngine = declared.filter((known) => matchesSourceId(parseSourceId(known.engine), engine))
  const [first] = ofEngine
  const { fault, ...rest } = found
  if (first === undefined || found.outcome === 'skipped' || fault === 'infrastructure') return found
  if (found.outcome !== 'fail' && found.outcome !== 'error')
    return {
      ...rest,
      outcome: 'fixed',
      reason: `${found.reason}, but the case declares a divergence: ${first.because} (${first.link})`,
      hint: 'Remove the declaration from the case’s `known`.',
    }
  const known = ofEngine.find(({ says }) => says === undefined || isSaid(says, found))
  return known === undefined
    ? { ...found, reason: `${found.reason} (not what the case declares: ${first.because}, ${first.link})` }
    : { ...rest, outcome: 'known', reason: `${found.reason} (known: ${known.because}, ${known.link})` }
}

const isSaid = (says: string, { reason, hint }: Found): boolean =>
  [reason, hint].some((text) => text !== undefined && new RegExp(says).test(text))
