import type { LoadedCase } from '../../cases/load-cases.js'
import { ParityError } from '../../errors.js'
import { blankVerdict } from '../../report/blank-verdict.js'
import { run, type RunPlan } from '../../run.js'
import { parseSourceId } from '../../source-id.js'
import type { Case, Exhibit, ExhibitEngine, Verdict } from '../../types.js'

/** A case of the museum. */
export type ExhibitCase = LoadedCase & Case & { readonly exhibit: Exhibit }

/** What became of an exhibit: the engine that has the regression was caught, and the one that has not found clean. */
export interface Visit {
  readonly item: ExhibitCase
  readonly wrong: Verdict
  readonly right: Verdict
  /** Whether this machine lacks one of the two. */
  readonly skipped: boolean
  /** Whether one of the two ran and was not what it must be, whatever became of the other. */
  readonly isBad: boolean
  /** Whether the wrong one has the outcome that it must have, for the reason that it must have it for. */
  readonly caught: boolean
  readonly clean: boolean
}

export const isExhibit = (item: LoadedCase): item is ExhibitCase => 'exhibit' in item && item.exhibit !== undefined

/** Runs both engines of an exhibit. @throws ParityError as `run` does */
export async function visitExhibit(plan: RunPlan, item: ExhibitCase, signal: AbortSignal): Promise<Visit> {
  const wrong = await judgeEngine(plan, item, item.exhibit.wrong, signal)
  const right = await judgeEngine(plan, item, item.exhibit.right, signal)
  return judgeVisit(item, wrong, right)
}

/** Each of the two verdicts by itself. */
export function judgeVisit(item: ExhibitCase, wrong: Verdict, right: Verdict): Visit {
  const { outcome, says, layer } = item.exhibit
  const said = `${wrong.reason}\n${wrong.hint ?? ''}`
  const caught =
    wrong.outcome === outcome && new RegExp(says).test(said) && (layer ?? firstLayer(wrong)) === firstLayer(wrong)
  const clean = right.outcome === 'pass' || right.outcome === 'near-tie'
  const skipped = [wrong, right].filter((verdict) => verdict.outcome === 'skipped')
  return {
    item,
    wrong,
    right,
    skipped: skipped.length > 0,
    isBad: !(caught || skipped.includes(wrong)) || !(clean || skipped.includes(right)),
    caught,
    clean,
  }
}

/** The first layer whose hidden states lie beyond the noise. */
export const firstLayer = (verdict: Verdict): number | undefined => verdict.evidence?.layers?.firstBeyond ?? undefined

async function judgeEngine(
  plan: RunPlan,
  item: ExhibitCase,
  { engine, options = {} }: ExhibitEngine,
  signal: AbortSignal,
): Promise<Verdict> {
  const own = { ...plan, cases: [item], engines: [parseSourceId(engine)], options, isNightly: true }
  try {
    for await (const event of run({ ...own, reproduce: reproduceExhibit }, signal))
      if (event.type === 'verdict') return event.verdict
  } catch (error) {
    // What an option asks for, the source finds missing only when it opens the checkpoint.
    if (!ParityError.is(error) || error.code !== 'PARITY_SOURCE') throw error
    const { message: reason, hint } = error
    const reproduce = reproduceExhibit(item.id)
    return {
      ...blankVerdict,
      caseId: item.id,
      engine,
      outcome: 'skipped',
      reason,
      hint,
      reproduce,
      reference: '',
      elapsedMs: 0,
    }
  }
  throw new Error(`${item.id} on ${engine} came to no verdict`)
}

/** An engine's options are not for a command line, so that both are shown again. */
const reproduceExhibit = (caseId: string) => `npx parity museum --case ${caseId}`
