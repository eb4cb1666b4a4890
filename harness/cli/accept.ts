import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { loadConfig } from '../config/load-config.js'
import { settingsOf, settle } from '../config/settle.js'
import { acceptReport, formatBaseline, isFinding, readBaseline } from '../report/baseline.js'
import { compareBaselines } from '../report/compare-baselines.js'
import { readReport } from '../report/read-report.js'
import { formatAcceptance } from '../report/writers/acceptance.js'
import { spellNonFinite } from '../spell-non-finite.js'
import { writeFileAtomically } from '../write-file.js'
import { keepCases } from './keep-cases.js'

interface AcceptOptions {
  readonly case?: readonly string[]
  readonly json?: true
}

/** `parity accept`: a baseline that stays as it is is not written. */
export async function acceptCommand(file = 'reports/report.json', given: object): Promise<void> {
  const { case: patterns, json } = given as AcceptOptions
  const settings = settingsOf(settle(given, process.env, await loadConfig()))
  const baseline = settings.baseline ?? 'reports/baseline.json'
  const report = keepCases(await readReport(file), file, patterns)
  const before = existsSync(baseline) ? await readBaseline(baseline) : null
  const after = acceptReport(before, report)
  const acceptance = compareBaselines(before, after)
  const { new: added, changed, removed } = acceptance
  if (before === null || added.length + changed.length + removed.length > 0) {
    await mkdir(dirname(baseline), { recursive: true })
    await writeFileAtomically(baseline, formatBaseline(after))
  }
  const left = report.verdicts.filter((verdict) => !isFinding(verdict)).length
  process.stdout.write(
    json === true
      ? `${JSON.stringify({ baseline, ...acceptance, left }, spellNonFinite, 2)}\n`
      : formatAcceptance(baseline, acceptance, left),
  )
}
