/** What a case asks of an engine beside parity: to be deterministic, to prefill in any chunks, to write text. */
import { openCheckpoint } from '../checkpoint/checkpoint.js'
import { findFork, type EngineTraces } from '../compare/align-traces.js'
import type { Measure } from '../compare/compare-logits.js'
import { compareRuns, type OtherRun } from '../compare/compare-runs.js'
import { compareSmoke } from '../compare/compare-smoke.js'
import { topKOf } from '../compare/row-form.js'
import type { Check, Comparison, PreparedCase, Session, Trace } from '../types.js'
import { blameReference } from './classify-fault.js'
import { chunkSizes } from './chunk-sizes.js'
import { generation, underTokens } from './observations.js'
import type { Reference } from './reference.js'

export interface CheckedEngine {
  readonly comparisons: readonly Comparison[]
  readonly notCompared: readonly string[]
}

interface Checking {
  readonly session: Session
  readonly item: PreparedCase
  readonly reference: Reference
  readonly traces: EngineTraces
  readonly measure: Measure
  readonly signal: AbortSignal
}

const checks: Readonly<Record<Check, (checking: Checking) => Promise<CheckedEngine>>> = {
  deterministic: checkDeterministic,
  chunks: checkChunks,
  smoke: checkSmoke,
}

/** Makes the observations that the checks of a case need, and compares them. Throws a `WorkerFault`. */
export async function observeChecks(checking: Checking): Promise<CheckedEngine> {
  const done: CheckedEngine[] = []
  for (const check of checking.item.checks ?? []) done.push(await checks[check](checking))
  return {
    comparisons: done.flatMap(({ comparisons }) => comparisons),
    notCompared: done.flatMap(({ notCompared }) => notCompared),
  }
}

/** Each prompt alone, twice, after all of them together: nothing may depend on what else there is or was. */
async function checkDeterministic({ session, item, traces, measure, signal }: Checking): Promise<CheckedEngine> {
  const runs: OtherRun[] = []
  for (const how of ['when each prompt is run alone', 'when each prompt is run alone once more']) {
    const alone: Trace[] = []
    for (const prompt of item.prompts)
      alone.push(await session.observe(generation({ ...item, prompts: [prompt] }, topKOf(traces.form)), signal))
    runs.push({ how, trace: joinTraces(alone) })
  }
  const isBatched = session.source.gives.includes('batch')
  return {
    comparisons: [compareRuns('deterministic', measure, traces.own, runs)],
    notCompared: isBatched ? [] : ['a batch of prompts: the engine runs one after another'],
  }
}

/** Prefill in pieces. */
async function checkChunks({ session, item, traces, measure, signal }: Checking): Promise<CheckedEngine> {
  if (!session.source.gives.includes('chunks'))
    return { comparisons: [], notCompared: ['prefill in chunks: the engine takes none'] }
  const { config } = await openCheckpoint(item.folder)
  const topK = topKOf(traces.form)
  const canForce = session.source.gives.includes('forced')
  const asked = canForce ? underTokens(item, traces.own, topK) : generation(item, topK)
  const runs: OtherRun[] = []
  for (const chunk of chunkSizes(config, item.prompts))
    runs.push({
      how: `when it prefills in chunks of ${chunk}`,
      trace: await session.observe({ ...asked, chunk }, signal),
    })
  if (runs.length === 0) return { comparisons: [], notCompared: ['prefill in chunks: no prompt has two tokens'] }
  return { comparisons: [compareRuns('chunks', measure, traces.own, runs)], notCompared: [] }
}

async function checkSmoke({ item, reference, traces, signal }: Checking): Promise<CheckedEngine> {
  const { own } = traces
  const isReferences = item.prompts.every((_, i) => findFork(reference.truth, own, i) === -1)
  const underOwn = isReferences ? reference.truth : await blameReference(() => reference.under(own, signal))
  return { comparisons: [compareSmoke(item.prompts, reference.truth, own, underOwn)], notCompared: [] }
}

/** Traces of single prompts as one trace of them all. */
function joinTraces(traces: readonly Trace[]): Trace {
  return {
    generated: traces.flatMap(({ generated }) => generated),
    elapsedMs: traces.reduce((sum, { elapsedMs }) => sum + elapsedMs, 0),
    peakBytes: traces.at(-1)?.peakBytes ?? null,
    tensor: (name) => {
      const end = name.indexOf('.')
      return traces.at(Number(name.slice(0, end)))?.tensor(`0${name.slice(end)}`)
    },
  }
}
