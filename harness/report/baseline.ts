/** `reports/baseline.json`: the verdicts that somebody accepted as the state of things. */
import { z } from 'zod'
import { ParityError } from '../errors.js'
import { spellNonFinite } from '../spell-non-finite.js'
import type { Outcome, Verdict } from '../types.js'
import type { Report } from './build.js'
import { parseText, readText } from './read-text.js'
import { verdictReader } from './schema.js'
import { keyOf } from './verdict-key.js'

export interface AcceptedVerdict {
  readonly outcome: Outcome
  readonly excess: number | null
  readonly engineVersion: string | null
  readonly reference: string
  readonly adapter: string | null
}

export interface Baseline {
  readonly version: 1
  /** Version of the harness that accepted. */
  readonly tool: string
  /** ISO 8601. */
  readonly acceptedAt: string
  /** By `keyOf` of the verdict. */
  readonly verdicts: Readonly<Record<string, AcceptedVerdict>>
}

const acceptedShape = { outcome: true, excess: true, engineVersion: true, reference: true, adapter: true } as const

const baselineReader = z.object({
  version: z.literal(1),
  tool: z.string(),
  acceptedAt: z.iso.datetime(),
  verdicts: z.record(z.string().regex(/^[^]+ on \S+$/, 'is not CASE on ENGINE'), verdictReader.pick(acceptedShape)),
})

/** @throws ParityError PARITY_BASELINE */
export const readBaseline = async (file: string): Promise<Baseline> => parseBaseline(await readText(file, refuse), file)

/** Checks the content of a baseline; `name` says in an error where it came from. @throws ParityError PARITY_BASELINE */
export const parseBaseline = (text: string, name: string): Baseline =>
  parseText(text, baselineReader, name, 'not a baseline of this version', refuse)

const refuse = (message: string, cause?: unknown) =>
  new ParityError('PARITY_BASELINE', message, 'parity accept writes a baseline from the report of a run.', { cause })

/** One verdict a line, in the order of their keys, so that a diff has one line for each verdict that changed. */
export function formatBaseline({ version, tool, acceptedAt, verdicts }: Baseline): string {
  const lines = Object.keys(verdicts)
    .sort()
    .map((key) => `    ${JSON.stringify(key)}: ${JSON.stringify(verdicts[key], spellNonFinite)}`)
  const head = Object.entries({ version, tool, acceptedAt }).map(
    ([name, value]) => `  ${JSON.stringify(name)}: ${JSON.stringify(value)},`,
  )
  const body = lines.length === 0 ? '{}' : `{\n${lines.join(',\n')}\n  }`
  return `{\n${head.join('\n')}\n  "verdicts": ${body}\n}\n`
}

/** Whether a verdict says something of the engine: it was run, and what became of it is not the machine's fault. */
export const isFinding = ({ outcome, fault }: Pick<Verdict, 'outcome' | 'fault'>): boolean =>
  outcome !== 'skipped' && fault !== 'infrastructure'

/** Three digits: the next ones differ from processor to processor, and would make a diff of every line. */
export const roundExcess = (excess: number | null): number | null =>
  excess === null ? null : Number(excess.toPrecision(3))

/** What a baseline keeps of a verdict. */
export const acceptedOf = ({ outcome, excess, engineVersion, reference, adapter }: Verdict): AcceptedVerdict => ({
  outcome,
  excess: roundExcess(excess),
  engineVersion,
  reference,
  adapter,
})

/**
 * The baseline with the verdicts of a report in it. What the report did not run stays as it was accepted, and so does
 * what was skipped or failed by the machine's fault. What the report calls gone is removed.
 */
export function acceptReport(previous: Baseline | null, report: Report, acceptedAt = new Date()): Baseline {
  const kept = new Map(Object.entries(previous?.verdicts ?? {}))
  for (const gone of report.gone) kept.delete(keyOf(gone))
  for (const verdict of report.verdicts.filter(isFinding)) kept.set(keyOf(verdict), acceptedOf(verdict))
  return {
    version: 1,
    tool: report.tool.version,
    acceptedAt: acceptedAt.toISOString(),
    verdicts: Object.fromEntries(kept),
  }
}
