import { ParityError } from '../errors.js'
import type { Source } from '../sources/source.js'

interface Range {
  readonly good: string
  readonly bad: string
  /** Those to look among; the registry's where it is missing. */
  readonly versions?: readonly string[]
}

/** A release, or the second edition of one: no alpha, beta, candidate or development version. */
const isRelease = (version: string) => /^\d+(\.\d+)*(\.post\d+)?$/.test(version)

/**
 * The versions of an engine from `good` to `bad`, or the other way round: oldest first, both ends included, without
 * pre-releases that nobody named.
 *
 * @throws ParityError PARITY_USAGE for ends that are the same or that there is not, or an engine without versions
 */
export async function listVersions(
  source: Pick<Source, 'name' | 'versions' | 'install'>,
  { good, bad, versions }: Range,
): Promise<string[]> {
  if (good === bad)
    throw new ParityError('PARITY_USAGE', `--good and --bad are both ${good}`, 'Name two versions of the engine.')
  if (source.install === undefined || (source.versions === undefined && versions === undefined))
    throw new ParityError(
      'PARITY_USAGE',
      `${source.name} has no versions that can be installed`,
      'parity doctor --install says which engines have.',
    )
  const known = versions ?? (await releasesOf(source, [good, bad]))
  const all = [...new Set([...known, good, bad])].sort(compareVersions)
  const ends = [all.indexOf(good), all.indexOf(bad)].sort((left, right) => left - right)
  return all.slice(ends[0], ends[1] + 1)
}

async function releasesOf({ name, versions }: Pick<Source, 'name' | 'versions'>, ends: readonly string[]) {
  const released = (await versions?.()) ?? []
  const unknown = ends.find((version) => !released.includes(version))
  if (unknown === undefined) return released.filter(isRelease)
  const newest = released.slice(0, 5).join(', ')
  throw new ParityError('PARITY_USAGE', `${name} has no release ${unknown}`, `The newest are ${newest}.`)
}

/** `0.9` before `0.10`; a pre-release before its release. */
function compareVersions(left: string, right: string): number {
  const [one, other] = [left, right].map((version) => /^[\d.]*\d/.exec(version)?.[0] ?? '')
  const byNumber = one.localeCompare(other, 'en', { numeric: true })
  if (byNumber !== 0) return byNumber
  const isFinal = Number(isRelease(left)) - Number(isRelease(right))
  return isFinal === 0 ? left.localeCompare(right, 'en', { numeric: true }) : isFinal
}
