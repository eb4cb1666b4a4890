import { spellNonFinite } from '../../spell-non-finite.js'
import { reportSchema } from '../schema.js'
import type { Report } from '../build.js'

/** `report.json`: one document, checked against its own schema before anybody sees it. */
export function formatJson(report: Report): string {
  const text = JSON.stringify(report, spellNonFinite, 2)
  reportSchema.parse(JSON.parse(text))
  return `${text}\n`
}
