import { findNonFinite, findNonFiniteLayer } from '../compare/find-non-finite.js'
import { describePlace } from '../compare/place.js'
import type { EngineTraces } from '../compare/judge.js'
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
  const own = await session.observe(generation(item), signal, progress)
  const nonsense = await describeNonFinite(session, item, own, signal)
  if (nonsense !== null) return { kind: 'nonsense', reason: nonsense, own }

  const follows = own.generated.every((tokens, i) => tokens.join() === truth.generated[i].join())
  const canForce = session.source.gives.includes('forced')
  const forced = follows || !canForce ? null : await session.observe(underTokens(item, truth), signal, progress)
  const uncached = canForce
    ? await session.observe({ ...underTokens(item, truth), cache: false }, signal, progress)
    : null
  const notCompared = canForce
    ? []
    : ['cached against uncached, and the steps behind a difference: the engine cannot be given tokens']
  return { kind: 'traces', traces: { own, forced, uncached }, notCompared }
}

/** Where NaN or infinity first shows: position, and layer if the engine tells. */
async function describeNonFinite(
  session: Session,
  item: PreparedCase,
  own: Trace,
  signal: AbortSignal,
): Promise<string | null> {
  const place = findNonFinite(item.prompts, own)
  if (place === undefined) return null
  const what = `the logits hold NaN or infinity, first at ${describePlace(place)}`
  if (!session.source.gives.includes('layers')) return what
  const prompt = item.prompts.find(({ id }) => id === place.prompt) ?? item.prompts[0]
  const trace = await session.observe(layersOf(item, prompt), signal)
  const layer = findNonFiniteLayer(trace, 0)
  return layer === undefined
    ? `${what}; the hidden states of all layers are finite there`
    : `${what}, and in the hidden states from layer ${layer} on`
}
