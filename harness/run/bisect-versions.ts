/** The search for the release of an engine with which a verdict changed. Pure: who asks for a verdict hands it in. */

/** What one version was found to be; `untestable` where the machine, not the engine, is why there is no verdict. */
export interface Probe {
  readonly version: string
  readonly standing: 'good' | 'bad' | 'untestable'
  /** One sentence. */
  readonly reason: string
}

export type Bisection<P extends Probe> =
  /** One end is not what it was said to be. */
  | { readonly kind: 'wrong-end'; readonly end: P; readonly said: 'good' | 'bad' }
  | {
      readonly kind: 'found'
      /** The oldest version known to have what the newer end has. */
      readonly first: P
      /** The newest one known to have what the older end has. */
      readonly last: P
      /** Between those two, and not testable: the change may have come with any of them. */
      readonly between: readonly P[]
    }

/**
 * Halves the versions between two ends, as `git bisect` does; one that cannot be tested gives way to its nearest
 * neighbour. Where the verdict changes more than once on the way, one of the changes is found.
 *
 * @param versions oldest first, at least two; the first and the last are the ends
 * @param oldest what the first of them is said to be; the last is the opposite
 * @param probe asked at most once for each version
 */
export async function bisectVersions<P extends Probe>(
  versions: readonly string[],
  oldest: 'good' | 'bad',
  probe: (version: string) => Promise<P>,
): Promise<Bisection<P>> {
  const newest = oldest === 'good' ? 'bad' : 'good'
  let first = await probe(versions[versions.length - 1])
  if (first.standing !== newest) return { kind: 'wrong-end', end: first, said: newest }
  let last = await probe(versions[0])
  if (last.standing !== oldest) return { kind: 'wrong-end', end: last, said: oldest }

  let [low, high] = [0, versions.length - 1]
  const untestable = new Map<number, P>()
  for (;;) {
    const next = nearestToMiddle(low, high, untestable)
    if (next === undefined) break
    const found = await probe(versions[next])
    if (found.standing === 'untestable') untestable.set(next, found)
    else if (found.standing === oldest) [low, last] = [next, found]
    else [high, first] = [next, found]
  }
  const inside = [...untestable].filter(([index]) => index > low && index < high)
  const between = inside.sort(([left], [right]) => left - right).map(([, found]) => found)
  return { kind: 'found', first, last, between }
}

function nearestToMiddle(low: number, high: number, without: ReadonlyMap<number, unknown>): number | undefined {
  const middle = (low + high) / 2
  const left = Array.from({ length: high - low - 1 }, (_, i) => low + 1 + i).filter((index) => !without.has(index))
  return left.sort((one, other) => Math.abs(one - middle) - Math.abs(other - middle))[0]
}
