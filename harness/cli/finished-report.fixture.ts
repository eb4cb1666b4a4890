import type { ReportDocument } from '../report/schema.js'

/** A report without what differs from one run to the next: times, memory, and the command itself. */
export const withoutTimes = (report: ReportDocument) => ({
  ...{ ...report, startedAt: null, elapsedMs: null, command: null },
  verdicts: report.verdicts.map((verdict) => ({ ...verdict, elapsedMs: null, peakBytes: null })),
})
