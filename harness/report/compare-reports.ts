/** What changed between two reports, verdict by verdict, and what else changed beside it. */
import type { Outcome, Verdict } from '../types.js'
import { acceptedOf, isFinding, type AcceptedVerdict, type Baseline } from './baseline.js'
import type { Report } from './build.js'
import { findCauses, type Cause } from './find-causes.js'
import { findChange } from './mark-changes.js'
import { factsOf, factsOfAccepted, type Facts } from './verdict-facts.js'
import { keyOf, splitKey } from './verdict-key.js'

/** `changed`: another outcome that is none of the others; `gone`: only the earlier report has it. Worst first. */
export const differenceKinds = ['regressed', 'drifted', 'changed', 'fixed', 'new', 'gone'] as const
export type DifferenceKind = (typeof differenceKinds)[number]

/** One side of a verdict. */
export interface Side {
  readonly outcome: Outcome
  readonly excess: number | null
  readonly engineVersion: string | null
}

export interface ChangedVerdict {
  readonly caseId: string
  readonly engine: string
  readonly before: Side | null
  readonly after: Side | null
  /** The excess of now over that of before. */
  readonly excessRatio: number | null
  /** Of the verdict of now. */
  readonly reason: string | null
  readonly reproduce: string | null
}

export interface DifferenceGroup {
  readonly kind: DifferenceKind
  readonly verdicts: readonly ChangedVerdict[]
  /** The likeliest first; none for what is only on one side. */
  readonly likelyCauses: readonly Cause[]
}

export interface Difference {
  readonly before: { readonly tool: string; readonly at: string }
  readonly after: { readonly tool: string; readonly at: string }
  /** Kinds that have a verdict, worst first. */
  readonly groups: readonly DifferenceGroup[]
  /** How many verdicts are as they were. */
  readonly unchanged: number
}

/** A verdict of before: of a report with all that the report knows of it, of a baseline with what it kept. */
interface Earlier {
  /** `null` where it was skipped or the machine failed, so that it says nothing of the engine. */
  readonly accepted: AcceptedVerdict | null
  readonly side: Side
  readonly facts: Facts
}

interface Pair {
  readonly kind: DifferenceKind | null
  readonly verdict: ChangedVerdict
  readonly factsBefore: Facts
  readonly factsAfter: Facts
}

/** `before` is a report or a baseline. Drift is measured against it alone. */
export function compareReports(before: Report | Baseline, after: Report): Difference {
  const earlier = listEarlier(before)
  const now = new Map(after.verdicts.map((verdict) => [keyOf(verdict), verdict]))
  const pairs = [...new Set([...earlier.keys(), ...now.keys()])]
    .sort()
    .map((key) => pairUp(key, earlier.get(key), now.get(key), after))
  const steady = pairs.filter(({ kind }) => kind === null)
  const groups = differenceKinds
    .map((kind) => ({ kind, members: pairs.filter((pair) => pair.kind === kind) }))
    .filter(({ members }) => members.length > 0)
    .map(({ kind, members }) => ({
      kind,
      verdicts: members.map(({ verdict }) => verdict),
      likelyCauses: kind === 'new' || kind === 'gone' ? [] : findCauses(members, steady),
    }))
  return {
    before: isReport(before)
      ? { tool: before.tool.version, at: before.startedAt }
      : { tool: before.tool, at: before.acceptedAt },
    after: { tool: after.tool.version, at: after.startedAt },
    groups,
    unchanged: steady.length,
  }
}

/** Whether it is a report rather than a baseline. */
export const isReport = (either: Report | Baseline): either is Report => Array.isArray(either.verdicts)

function listEarlier(before: Report | Baseline): Map<string, Earlier> {
  if (isReport(before))
    return new Map(
      before.verdicts.map((verdict) => [
        keyOf(verdict),
        { accepted: isFinding(verdict) ? acceptedOf(verdict) : null, side: verdict, facts: factsOf(verdict, before) },
      ]),
    )
  return new Map(
    Object.entries(before.verdicts).map(([key, accepted]) => [
      key,
      { accepted, side: accepted, facts: factsOfAccepted(splitKey(key).engine, accepted, before) },
    ]),
  )
}

function pairUp(key: string, earlier: Earlier | undefined, now: Verdict | undefined, after: Report): Pair {
  return {
    kind: kindOf(earlier, now),
    verdict: {
      ...splitKey(key),
      before: earlier === undefined ? null : sideOf(earlier.side),
      after: now === undefined ? null : sideOf(now),
      excessRatio: ratioOf(earlier?.side.excess ?? null, now?.excess ?? null),
      reason: now?.reason ?? null,
      reproduce: now?.reproduce ?? null,
    },
    factsBefore: earlier?.facts ?? {},
    factsAfter: now === undefined ? {} : factsOf(now, after),
  }
}

function kindOf(earlier: Earlier | undefined, now: Verdict | undefined): DifferenceKind | null {
  if (now === undefined) return 'gone'
  if (earlier === undefined) return 'new'
  const change = earlier.accepted === null ? null : findChange(now, earlier.accepted, [])
  return change ?? (earlier.side.outcome === now.outcome ? null : 'changed')
}

const sideOf = ({ outcome, excess, engineVersion }: Side): Side => ({ outcome, excess, engineVersion })

const ratioOf = (before: number | null, after: number | null) =>
  before === null || after === null || !(before > 0) ? null : after / before
