/** What became of verdicts since the accepted baseline. docs/regressions.md states the rules. */
import type { Change, Outcome, Verdict } from '../types.js'
import { isFinding, type AcceptedVerdict, type Baseline } from './baseline.js'
import type { GoneVerdict } from './build.js'
import type { HistoryPoint } from './history.js'
import { keyOf, splitKey } from './verdict-key.js'

/**
 * From this factor on a growth of the excess is a drift. That of a correct engine changed by 1.45 at most between two
 * machines: WebGPU on SwiftShader and on an H100, five cases (docs/matrix.md, docs/engines.md).
 */
const driftFactor = 3
/** Below 1 an engine is more exact than transformers itself: its excess is noise. */
const leastExcess = 1

const isGood = (outcome: Outcome) => outcome === 'pass' || outcome === 'near-tie'
const isWrong = (outcome: Outcome) => outcome === 'fail' || outcome === 'error'

/**
 * The verdict, marked with what became of it. Without a baseline it stays as it is, a mark that it has included; with
 * one, its mark is found anew.
 */
export function markVerdict(verdict: Verdict, baseline: Baseline | null, history: readonly HistoryPoint[]): Verdict {
  if (baseline === null) return verdict
  const { change: mark, ...unmarked } = verdict
  const key = keyOf(verdict)
  const accepted = key in baseline.verdicts ? baseline.verdicts[key] : null
  const change = findChange(verdict, accepted, accepted === null ? [] : jitterOf(key, accepted, baseline, history))
  if (change === (mark ?? null)) return verdict
  return change === null ? unmarked : { ...unmarked, change }
}

/**
 * What became of a verdict since another on the same key was accepted, or `null` if nothing did. `jitter`: excesses that
 * count as no drift, like the accepted one.
 */
export function findChange(
  verdict: Verdict,
  accepted: AcceptedVerdict | null,
  jitter: readonly number[],
): Change | null {
  if (!isFinding(verdict)) return null
  if (accepted === null) return 'new'
  if (isGood(accepted.outcome)) {
    if (isWrong(verdict.outcome)) return 'regressed'
    return isGood(verdict.outcome) && hasDrifted(verdict.excess, accepted.excess, jitter) ? 'drifted' : null
  }
  const wasWrong = isWrong(accepted.outcome) || accepted.outcome === 'known'
  return wasWrong && isGood(verdict.outcome) ? 'fixed' : null
}

function hasDrifted(excess: number | null, accepted: number | null, jitter: readonly number[]): boolean {
  if (excess === null || accepted === null) return false
  return excess >= leastExcess && excess >= driftFactor * Math.max(accepted, ...jitter)
}

/**
 * Excesses of good verdicts by the accepted version, from before it was accepted. Later ones are left out: else a drift
 * would be said once and then, being history itself, never again.
 */
function jitterOf(
  key: string,
  { engineVersion }: AcceptedVerdict,
  { acceptedAt }: Baseline,
  history: readonly HistoryPoint[],
): number[] {
  return history
    .filter(({ at, verdicts }) => Date.parse(at) <= Date.parse(acceptedAt) && key in verdicts)
    .map(({ verdicts }) => verdicts[key])
    .filter((past) => past.engineVersion === engineVersion && isGood(past.outcome))
    .flatMap(({ excess }) => (excess === null ? [] : [excess]))
}

/** What a project could run at all. */
export interface Existing {
  /** Ids of all cases, of every suite, nightly ones included. */
  readonly caseIds: ReadonlySet<string>
  /** Names of all engines that the harness has, without device and dtype: `onnxruntime`, `tokenizers`. */
  readonly engineNames: ReadonlySet<string>
}

/**
 * Accepted verdicts that no case or no engine gives any more. `existing` is `null` for a run of a part (`--case`,
 * `--tag`, `--suite`, `--engine`, `--checkpoint`, a shard), which cannot know. `listExisting` of `cli/list-existing.ts`
 * makes it from the project; a verdict that a whole run did not give, of another suite or another machine's engine, is
 * thus not gone.
 */
export function findGone(baseline: Baseline | null, existing: Existing | null): GoneVerdict[] {
  if (baseline === null || existing === null) return []
  return Object.entries(baseline.verdicts)
    .map(([key, { outcome }]) => ({ ...splitKey(key), outcome }))
    .filter(({ caseId, engine }) => !existing.caseIds.has(caseId) || !existing.engineNames.has(nameOf(engine)))
    .sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))
}

/** `onnxruntime` of `onnxruntime:cpu/float32`. */
const nameOf = (engine: string) => engine.replace(/[@:/].*/, '')
