import { deflateRawSync } from 'node:zlib'
import type { Verdict } from '../../../types.js'
import { isBad, type Report } from '../../build.js'
import type { HistoryPoint } from '../../history.js'
import { keyOf } from '../../verdict-key.js'
import { formatBytes } from './format-numbers.js'
import { orderVerdicts } from './order-verdicts.js'
import { packEvidence } from './pack-evidence.js'
import type { IndexedVerdict, PageData, PastPoint, VerdictDetail } from './page-data.js'
import { writeJson } from './page-json.js'

/** How many earlier runs a page tells of. */
const mostPoints = 60

/** The page's index, and the details of its verdicts in the same order: JSON, deflated (RFC 1951), in Base64. */
export function indexVerdicts(
  report: Report,
  history: readonly HistoryPoint[],
): { readonly index: PageData; readonly details: readonly string[] } {
  const verdicts = orderVerdicts(report.verdicts)
  const { platform, shard } = report
  const index: PageData = {
    toolVersion: report.tool.version,
    command: report.command,
    startedAt: report.startedAt,
    elapsedMs: report.elapsedMs,
    machine: [
      `${platform.os} ${platform.arch}`,
      `${platform.processor} (${platform.threads} threads)`,
      formatBytes(platform.memoryBytes),
      `Node ${platform.node}`,
    ].join(' · '),
    shard: shard === null ? null : `${shard.index} of ${shard.total}`,
    leftToNightly: report.leftToNightly,
    bad: verdicts.filter(isBad).length,
    gone: report.gone,
    verdicts: nameUniquely(verdicts),
  }
  return { index, details: verdicts.map((verdict) => deflate(writeJson(detailOf(verdict, history)))) }
}

function nameUniquely(verdicts: readonly Verdict[]): IndexedVerdict[] {
  const taken = new Set<string>()
  return verdicts.map((verdict) => {
    const { caseId, engine, engineVersion, outcome, change, fault, reason, excess, tokens, elapsedMs } = verdict
    const key = keyOf(verdict)
    const name = taken.has(key) ? `${key}@${engineVersion ?? 'unknown'}` : key
    let id = name
    for (let other = 2; taken.has(id); other++) id = `${name}#${other}`
    taken.add(id)
    return { id, caseId, engine, engineVersion, outcome, change, fault, reason, excess, tokens, elapsedMs }
  })
}

function detailOf({ evidence, ...verdict }: Verdict, history: readonly HistoryPoint[]): VerdictDetail {
  const key = keyOf(verdict)
  const points = history.flatMap(({ at, commit, verdicts }): PastPoint[] => {
    if (!Object.hasOwn(verdicts, key)) return []
    const { outcome, excess, engineVersion } = verdicts[key]
    return [{ at, commit, outcome, excess, engineVersion }]
  })
  return {
    verdict,
    evidence: evidence === null ? null : packEvidence(evidence),
    history: points.slice(-mostPoints),
  }
}

const deflate = (text: string): string => deflateRawSync(text, { level: 9 }).toString('base64')
