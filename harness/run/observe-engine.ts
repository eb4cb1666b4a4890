import { findFork, type EngineTraces } from '../compare/align-traces.js'
import { findMalformed, findNonFinite, findNonFiniteLayer } from '../compare/find-non-finite.js'
import { describePlace } from '../compare/place.js'
import { describeUncompared, formOf, topKOf } from '../compare/row-form.js'
import type { PreparedCase, Progress, Session, Trace } from '../types.js'
import { generation, layersOf, underTokens } from './observations.js'

/** What an engine gave for a case: traces to compare, or why there is nothing to compare. */
export type EngineObservation =
  | { readonly kind: 'traces'; readonly traces: EngineTraces; readonly notCompared: readonly string[] }
  | { readonly kind: 'nonsense'; readonly reason: string; readonly own: Trace }

/** Asks an engine for its own generation, for what it makes of the reference's tokens, and for an uncached pass. */
export async function observeEngine(
  session: Session,
  item: PreparedCase,
  truth: Trace,
  signal: AbortSignal,
  progress: Progress,
): Promise<EngineObservation> {
  const form = formOf(session.source.gives)
  const topK = topKOf(form)
  const own = await session.observe(generation(item, topK), signal, progress)
  const nonsense =
    (await describeNonFinite(session, item, own, topK, signal)) ?? describeMalformed(item, truth, { own })
  if (nonsense !== null) return { kind: 'nonsense', reason: nonsense, own }

  const follows = item.prompts.every((_, i) => findFork(truth, own, i) === -1)
  const canForce = session.source.gives.includes('forced')
  const given = underTokens(item, truth, topK)
  const forced = follows || !canForce ? null : await session.observe(given, signal, progress)
  const uncached = canForce ? await session.observe({ ...given, cache: false }, signal, progress) : null
  const malformed = describeMalformed(item, truth, { forced, uncached })
  if (malformed !== null) return { kind: 'nonsense', reason: malformed, own }
  const notCompared = [...describeUncompared(form), ...(canForce ? [] : describeUnforced(item, truth, own))]
  return { kind: 'traces', traces: { form, own, forced, uncached }, notCompared }
}

/** What an engine leaves uncompared that takes no tokens but its own. */
function describeUnforced({ prompts }: PreparedCase, truth: Trace, own: Trace): string[] {
  const behind = prompts.flatMap(({ id }, i) => {
    const [fork, total] = [findFork(truth, own, i), truth.generated[i].length]
    const steps = total - fork - 1
    return fork === -1 || steps === 0
      ? []
      : [
          `the last ${steps} of ${total} steps of prompt '${id}': they follow another token, and the engine cannot be given the reference’s`,
        ]
  })
  return ['cached against uncached: the engine cannot be given tokens', ...behind]
}

/** Rows of log-probabilities that are none, in any of the traces. */
function describeMalformed(
  { prompts }: PreparedCase,
  truth: Trace,
  traces: Readonly<Record<string, Trace | null>>,
): string | null {
  const vocabulary = truth.tensor('0.logits')?.columns ?? Infinity
  for (const trace of Object.values(traces)) {
    const found = trace === null ? undefined : findMalformed(prompts, trace, vocabulary)
    if (found !== undefined) return `${found.what}, first at ${describePlace(found.place)}`
  }
  return null
}

/** Where NaN or infinity first shows: position, and layer if the engine tells. */
async function describeNonFinite(
  session: Session,
  item: PreparedCase,
  own: Trace,
  topK: number | null,
  signal: AbortSignal,
): Promise<string | null> {
  const place = findNonFinite(item.prompts, own)
  if (place === undefined) return null
  const what = `the ${topK === null ? 'logits' : 'log-probabilities'} hold NaN or infinity, first at ${describePlace(place)}`
  if (!session.source.gives.includes('layers')) return what
  const prompt = item.prompts.find(({ id }) => id === place.prompt) ?? item.prompts[0]
  const trace = await session.observe(layersOf(item, prompt, topK), signal)
  const layer = findNonFiniteLayer(trace, 0)
  return layer === undefined
    ? `${what}; the hidden states of all layers are finite there`
    : `${what}, and in the hidden states from layer ${layer} on`
}
