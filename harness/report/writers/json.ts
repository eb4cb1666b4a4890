import { spellNonFinite } from '../../spell-non-finite.js'
import type { Report } from '../build.js'
import type { MakeReporter } from '../reporter.js'
import { reportSchema } from '../schema.js'

/** `report.json` */
export const makeReporter: MakeReporter = () => ({
  name: 'json',
  onEnd: (report) => [{ path: 'report.json', content: formatJson(report) }],
})

/** One document on one line, fields in the order of its own schema, against which it is checked before anybody sees it. */
export function formatJson(report: Report): string {
  const written: unknown = JSON.parse(JSON.stringify(report, spellNonFinite))
  return `${JSON.stringify(reportSchema.parse(written))}\n`
}
