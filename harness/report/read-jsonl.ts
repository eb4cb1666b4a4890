/** Reads `verdicts.jsonl` back, of a run that ended or of one that was killed. */
import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'
import { ParityError } from '../errors.js'
import { buildReport, type Report } from './build.js'
import { parseText, readText, splitLines } from './read-text.js'
import type { Reached, RunStart } from './reporter.js'
import { reportReader, verdictReader } from './schema.js'

export interface StreamedRun {
  readonly start: RunStart
  /** In the order in which they were reached. */
  readonly reached: readonly Reached[]
  /** Of all that was reached. */
  readonly report: Report
  /** Whether the run came to its end. */
  readonly isWhole: boolean
}

const { platform, shard, leftToNightly } = reportReader.shape

const lineReader = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('start'),
    version: z.literal(1),
    toolVersion: z.string(),
    command: z.string(),
    startedAt: z.iso.datetime(),
    cells: z.array(z.string()),
    shard,
    leftToNightly,
    platform,
  }),
  z.object({ type: z.literal('verdict'), cell: z.string(), at: z.iso.datetime(), verdict: verdictReader }),
  z.object({ type: z.literal('end'), report: reportReader.omit({ verdicts: true }) }),
])
type Line = z.output<typeof lineReader>
type LineOf<Type extends Line['type']> = Extract<Line, { type: Type }>

/**
 * A last line that a kill has torn is dropped. Without a line of the end, the report is of what was reached until then,
 * and lasted until the last verdict.
 *
 * @throws ParityError PARITY_REPORT naming file and line
 */
export const readJsonl = async (file: string): Promise<StreamedRun> => parseJsonl(await readText(file, refuse), file)

/** The same of the file's content. */
export function parseJsonl(text: string, file: string): StreamedRun {
  const lines = splitLines(text).map((line, index) => parseLine(line, `${file}:${index + 1}`))
  const start = lines.at(0)
  if (start?.type !== 'start') throw refuse(`${file} does not begin with the start of a run`)
  const end = lines.length > 1 ? lines.at(-1) : undefined
  const between = end?.type === 'end' ? lines.slice(1, -1) : lines.slice(1)
  const streamed = between.map((line, index) => {
    if (line.type === 'verdict') return line
    throw refuse(`${file}:${index + 2} is the ${line.type} of a run, in the middle of another`)
  })
  const report = rebuild(start, streamed)
  const { toolVersion, command, startedAt, cells } = start
  return {
    start: {
      toolVersion,
      command,
      startedAt: new Date(startedAt),
      cells,
      shard: start.shard,
      leftToNightly: start.leftToNightly,
    },
    reached: streamed.map(({ cell, verdict }) => ({ cell, verdict })),
    report: end?.type === 'end' ? complete(report, end, file) : report,
    isWhole: end?.type === 'end',
  }
}

const parseLine = (line: string, where: string): Line =>
  parseText(line, lineReader, where, 'no line of this version', refuse)

function rebuild(start: LineOf<'start'>, streamed: readonly LineOf<'verdict'>[]): Report {
  const startedAt = new Date(start.startedAt)
  const last = streamed.at(-1)
  const facts = {
    toolVersion: start.toolVersion,
    command: start.command,
    startedAt,
    elapsedMs: last === undefined ? 0 : Math.max(0, Date.parse(last.at) - startedAt.getTime()),
    shard: start.shard,
  }
  const verdicts = streamed.map(({ verdict }) => verdict)
  return { ...buildReport(verdicts, start.leftToNightly, facts), platform: start.platform }
}

/** What the end says stands, unless lines of verdicts are missing. */
function complete({ verdicts, summary }: Report, end: LineOf<'end'>, file: string): Report {
  if (isDeepStrictEqual(summary, end.report.summary)) return { ...end.report, verdicts }
  throw refuse(`${file} has other verdicts than its last line counts`)
}

const refuse = (message: string, cause?: unknown) =>
  new ParityError(
    'PARITY_REPORT',
    message,
    'parity run --reporter jsonl --out reports writes reports/verdicts.jsonl.',
    {
      cause,
    },
  )
