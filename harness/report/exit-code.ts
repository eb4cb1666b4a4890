import type { Verdict } from '../types.js'
import type { Baseline } from './baseline.js'
import { isBad, type Report } from './build.js'
import { keyOf } from './verdict-key.js'

/** What makes a run fail. */
export interface Strictness {
  readonly failOn: 'bad' | 'drifted' | 'regressed' | 'never'
  /** Whether an engine that was skipped is a broken set-up. */
  readonly require: boolean
}

/**
 * Exit code of a run: 1 if its verdicts fail it; else 3 if something was skipped that has to run, else 0. `regressed`
 * forgives what `baseline` has accepted as bad; without a baseline that is nothing.
 */
export function decideExitCode(
  { verdicts }: Pick<Report, 'verdicts'>,
  { failOn, require }: Strictness,
  baseline: Baseline | null,
): 0 | 1 | 3 {
  const fails = {
    bad: isBad,
    drifted: (verdict: Verdict) => isBad(verdict) || verdict.change === 'drifted',
    regressed: (verdict: Verdict) => isBad(verdict) && !isForgiven(verdict, baseline),
    never: () => false,
  }[failOn]
  if (verdicts.some(fails)) return 1
  return require && verdicts.some(({ outcome }) => outcome === 'skipped') ? 3 : 0
}

/** Nobody has accepted that the machine fails. */
function isForgiven(verdict: Verdict, baseline: Baseline | null): boolean {
  const accepted = baseline?.verdicts[keyOf(verdict)]
  return accepted !== undefined && isBad(accepted) && verdict.fault !== 'infrastructure'
}
