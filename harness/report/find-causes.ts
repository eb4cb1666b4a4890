import { factKinds, type FactKind, type Facts } from './verdict-facts.js'

/** Something that changed beside verdicts: `onnxruntime 1.30.0` → `onnxruntime 1.31.0`. */
export interface Cause {
  readonly kind: FactKind
  readonly before: string
  readonly after: string
  /** Of the verdicts that changed, and of those that did not, how many it changed beside. */
  readonly changed: { readonly with: number; readonly of: number }
  readonly unchanged: { readonly with: number; readonly of: number }
}

interface Compared {
  readonly factsBefore: Facts
  readonly factsAfter: Facts
}

/**
 * What changed beside verdicts that changed, the likeliest cause first: that is what changed beside all of them and
 * beside none that stayed. Of equally likely ones, the one that is more specific to a verdict comes first.
 */
export function findCauses(changed: readonly Compared[], unchanged: readonly Compared[]): Cause[] {
  const causes = factKinds.flatMap((kind) => {
    const found = new Map(changed.flatMap((one) => Object.entries(changeOf(kind, one))))
    return [...found].map(([name, { before, after }]) => {
      const countIn = (some: readonly Compared[]) => ({
        with: some.filter((one) => name in changeOf(kind, one)).length,
        of: some.length,
      })
      return { kind, before, after, changed: countIn(changed), unchanged: countIn(unchanged) }
    })
  })
  return causes.sort((a, b) => likelihood(b) - likelihood(a))
}

/** The change of one fact, by a name that equal changes share; empty where it did not change or is not known. */
function changeOf(
  kind: FactKind,
  { factsBefore, factsAfter }: Compared,
): Record<string, { before: string; after: string }> {
  const [before, after] = [factsBefore[kind], factsAfter[kind]]
  if (before === undefined || after === undefined || before === after) return {}
  // Every case has a checkpoint of its own: that they changed is one change, and `before` and `after` those of one case.
  return { [kind === 'checkpoint' ? kind : JSON.stringify([before, after])]: { before, after } }
}

/** From −1 to 1: the share of what changed that it explains, less the share of what stayed in spite of it. */
const likelihood = ({ changed, unchanged }: Cause) =>
  changed.with / changed.of - (unchanged.of === 0 ? 0 : unchanged.with / unchanged.of)
