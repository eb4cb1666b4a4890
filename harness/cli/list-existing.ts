import type { Existing } from '../report/mark-changes.js'
import { ownTokenizer } from '../run/cells.js'
import type { Sources } from '../sources/index.js'
import type { Project } from './project.js'

/** What a project could run at all, for `findGone`. */
export const listExisting = ({ cases }: Project, { all }: Sources): Existing => ({
  caseIds: new Set(cases.map(({ id }) => id)),
  engineNames: new Set([ownTokenizer, ...all.map(({ name }) => name)]),
})
