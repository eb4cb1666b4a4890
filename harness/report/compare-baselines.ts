import { isDeepStrictEqual } from 'node:util'
import type { AcceptedVerdict, Baseline } from './baseline.js'

/** What an acceptance did, by the keys of verdicts, in their order. */
export interface Acceptance {
  readonly new: readonly Accepted[]
  readonly changed: readonly (Accepted & { readonly before: AcceptedVerdict })[]
  readonly removed: readonly { readonly key: string; readonly before: AcceptedVerdict }[]
  /** How many verdicts are as they were. */
  readonly unchanged: number
}

interface Accepted {
  readonly key: string
  readonly after: AcceptedVerdict
}

/** `before` is `null` where there was no baseline. */
export function compareBaselines(before: Baseline | null, after: Baseline): Acceptance {
  const [old, now] = [new Map(Object.entries(before?.verdicts ?? {})), new Map(Object.entries(after.verdicts))]
  const both = [...now].flatMap(([key, verdict]) => {
    const previous = old.get(key)
    return previous === undefined ? [] : [{ key, before: previous, after: verdict }]
  })
  const changed = both.filter((one) => !isDeepStrictEqual(one.before, one.after))
  return {
    new: [...now]
      .filter(([key]) => !old.has(key))
      .map(([key, verdict]) => ({ key, after: verdict }))
      .sort(byKey),
    changed: changed.sort(byKey),
    removed: [...old]
      .filter(([key]) => !now.has(key))
      .map(([key, verdict]) => ({ key, before: verdict }))
      .sort(byKey),
    unchanged: both.length - changed.length,
  }
}

const byKey = (a: { key: string }, b: { key: string }) => (a.key < b.key ? -1 : 1)
