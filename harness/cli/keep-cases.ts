import { matchesPattern } from '../cases/filter-cases.js'
import { ParityError } from '../errors.js'
import type { Baseline } from '../report/baseline.js'
import { keepVerdicts, type Report } from '../report/build.js'
import { isReport } from '../report/compare-reports.js'
import { splitKey } from '../report/verdict-key.js'

/**
 * The report of the cases whose id matches any of the patterns; all of it without a pattern.
 *
 * @throws ParityError PARITY_USAGE where nothing is left
 */
export function keepCases(whole: Report, file: string, patterns?: readonly string[]): Report {
  const isMeant = isMeantBy(patterns)
  const report = { ...keepVerdicts(whole, isMeant), gone: whole.gone.filter(isMeant) }
  if (report.verdicts.length > 0) return report
  const wanted = patterns?.map((pattern) => `'${pattern}'`).join(', ') ?? 'anything'
  throw new ParityError(
    'PARITY_USAGE',
    `${file} has no verdict on ${wanted}`,
    `It has verdicts on ${[...new Set(whole.verdicts.map(({ caseId }) => caseId))].join(', ')}.`,
  )
}

/** The same cases of an earlier report or of a baseline, which may have none of them. */
export function keepEarlierCases(earlier: Report | Baseline, patterns?: readonly string[]): Report | Baseline {
  if (isReport(earlier)) return keepVerdicts(earlier, isMeantBy(patterns))
  const kept = Object.entries(earlier.verdicts).filter(([key]) => isMeantBy(patterns)(splitKey(key)))
  return { ...earlier, verdicts: Object.fromEntries(kept) }
}

const isMeantBy =
  (patterns: readonly string[] | undefined) =>
  ({ caseId }: { caseId: string }) =>
    patterns?.some((pattern) => matchesPattern(pattern, caseId)) ?? true
