/** Public API. */
export { defineCase } from './cases/define-case.js'
export { ParityError, type ParityErrorCode } from './errors.js'
export { run, type RunEvent, type RunPlan } from './run.js'
export { buildReport, exitCodeOf, type Report } from './report/build.js'
export { reportSchema, type ReportDocument } from './report/schema.js'
export { formatSourceId, parseSourceId } from './source-id.js'
export type * from './types.js'
