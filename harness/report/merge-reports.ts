/** The reports of all shards, made the report that one run would have given. */
import { ParityError } from '../errors.js'
import type { Verdict } from '../types.js'
import { buildReport, type Report, type Shard } from './build.js'
import { makeLostVerdict } from './lost-verdict.js'
import { matchCells, type MatchedCells } from './match-cells.js'

/** A report, and where it was read, for what is said of it. */
export interface NamedReport {
  readonly file: string
  readonly report: Report
}

interface Part extends NamedReport, MatchedCells {
  readonly shard: Shard
}

/**
 * Merges shards in whatever order. A cell that no shard gives a verdict on, since its report is lost or was cut short,
 * becomes an `error` of the machine's. The report is of the earliest start and of the longest duration; where shards ran
 * on different machines, `platform` names all of them, with the smallest memory. Marks stay as the shards set them, and
 * nothing is `gone`.
 *
 * @throws ParityError PARITY_REPORT for shards of different runs, one that is there twice, different versions of the
 *   harness, of an engine or of a reference, and a verdict that no shard was to give
 */
export function mergeReports(shards: readonly NamedReport[]): Report {
  const parts = shards.map(takePart).sort((a, b) => a.shard.index - b.shard.index)
  const [first] = parts
  for (const part of parts.slice(1)) refuseOther(first, part)
  refuseTwice(parts)
  refuseVersions(parts)
  const reached = parts.flatMap((part) => part.reached)
  const lost = first.shard.cells.flatMap((cells, index) => {
    const part = parts.find(({ shard }) => shard.index === index + 1)
    return (part?.missing ?? cells).map((cell) =>
      makeLostVerdict(cell, `${index + 1}/${first.shard.total}`, part?.file ?? null, reached),
    )
  })
  const { tool, command, leftToNightly } = first.report
  const merged = buildReport([...reached.map(({ verdict }) => verdict), ...lost], leftToNightly, {
    toolVersion: tool.version,
    command,
    startedAt: new Date(Math.min(...parts.map(({ report }) => Date.parse(report.startedAt)))),
    elapsedMs: Math.max(...parts.map(({ report }) => report.elapsedMs)),
  })
  return { ...merged, platform: joinPlatforms(parts) }
}

function takePart({ file, report }: NamedReport): Part {
  const { shard } = report
  if (shard === null) throw refuse(`${file} is not the report of a shard`, 'parity run --shard 1/4 writes one.')
  const { index, total, cells } = shard
  if (index > total || cells.length !== total)
    throw refuse(`${file} calls itself shard ${index} of ${total}, but has a plan for ${cells.length}`, rerun)
  const matched = matchCells(cells[index - 1], report.verdicts)
  const [surplus] = matched.surplus
  if (matched.surplus.length > 0)
    throw refuse(
      `${file} has a verdict on ${surplus.caseId} on ${surplus.engine} that shard ${index} of ${total} was not to give`,
      rerun,
    )
  return { file, report, shard, ...matched }
}

/** Refuses what belongs to another run than the first shard. */
function refuseOther(first: Part, other: Part): void {
  const both = `${first.file} and ${other.file}`
  if (first.report.tool.version !== other.report.tool.version)
    throw refuse(
      `${both} are by different versions of transformers-parity: ${first.report.tool.version} and ${other.report.tool.version}`,
      rerun,
    )
  if (first.shard.total !== other.shard.total)
    throw refuse(`${both} are of ${first.shard.total} and of ${other.shard.total} shards`, rerun)
  if (
    JSON.stringify(first.shard.cells) !== JSON.stringify(other.shard.cells) ||
    first.report.leftToNightly !== other.report.leftToNightly
  )
    throw refuse(
      `${both} are of different plans`,
      'Give all shards the same cases, the same engines and the same history.',
    )
}

function refuseTwice(parts: readonly Part[]): void {
  parts.forEach((part, at) => {
    const same = parts.slice(0, at).find(({ shard }) => shard.index === part.shard.index)
    if (same !== undefined)
      throw refuse(
        `${same.file} and ${part.file} are both shard ${part.shard.index} of ${part.shard.total}`,
        'Name each shard once.',
      )
  })
}

/** An engine, and the reference of a case, must be the same one in all shards. */
function refuseVersions(parts: readonly Part[]): void {
  const seen = new Map<string, { readonly version: string; readonly file: string }>()
  for (const { file, report } of parts)
    for (const [what, version] of report.verdicts.flatMap(versionsOf)) {
      const before = seen.get(what)
      if (before !== undefined && before.version !== version)
        throw refuse(`${what} is ${before.version} in ${before.file} and ${version} in ${file}`, rerun)
      seen.set(what, { version, file })
    }
}

/** What was compared says what it was compared with; where nothing was, the reference is only the one that was meant. */
function versionsOf({ caseId, engine, engineVersion, reference, comparisons }: Verdict): [string, string][] {
  return [
    ...(engineVersion === null ? [] : [[engine, engineVersion] as [string, string]]),
    ...(comparisons.length === 0 ? [] : [[`the reference of ${caseId}`, reference] as [string, string]]),
  ]
}

function joinPlatforms(parts: readonly Part[]): Report['platform'] {
  const platforms = parts.map(({ report }) => report.platform)
  const all = (name: 'os' | 'arch' | 'node' | 'processor') => [...new Set(platforms.map((one) => one[name]))].join('; ')
  return {
    os: all('os'),
    arch: all('arch'),
    node: all('node'),
    processor: all('processor'),
    threads: Math.min(...platforms.map(({ threads }) => threads)),
    memoryBytes: Math.min(...platforms.map(({ memoryBytes }) => memoryBytes)),
  }
}

const rerun = 'Run all shards again, each with the same command but for --shard.'

const refuse = (message: string, hint: string) => new ParityError('PARITY_REPORT', message, hint)
