import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { EngineTraces } from '../compare/align-traces.js'
import type { Measure } from '../compare/compare-logits.js'
import { collectEvidence } from '../compare/collect-evidence.js'
import type { ObservedLayers } from '../compare/measure-layer-evidence.js'
import { formOf, topKOf } from '../compare/row-form.js'
import { ParityError } from '../errors.js'
import { openTokenizer } from '../prompt/open-tokenizer.js'
import type { Evidence } from '../evidence.js'
import type { PreparedCase, Session } from '../types.js'
import { WorkerFault } from '../workers/host.js'
import { layersOf } from './observations.js'
import type { Reference } from './reference.js'

export interface GatheredEvidence {
  readonly evidence: Evidence
  readonly notCompared: readonly string[]
}

/**
 * Evidence for the verdict on an engine. Hidden states are asked for here, under the conditions of the recording, where
 * both sides have them; the judgement stands by then, so an engine that fails at it loses a figure and nothing else.
 */
export async function gatherEvidence(
  session: Session,
  item: PreparedCase,
  reference: Reference,
  traces: EngineTraces,
  measure: Measure,
  signal: AbortSignal,
): Promise<GatheredEvidence> {
  const notCompared: string[] = []
  const layers = await observeLayers(session, item, reference, signal).catch((error: unknown) => {
    if (!(error instanceof WorkerFault) || signal.aborted) throw error
    notCompared.push(`the hidden states behind each layer: ${error.message}`)
    return null
  })
  const collected = collectEvidence(measure, reference.truth, traces, layers)
  if (layers !== null && collected.layers === null)
    notCompared.push('the hidden states behind each layer: the engine gave none')
  return { evidence: { ...collected, texts: await decodeTokens(item.folder, collected) }, notCompared }
}

async function observeLayers(
  session: Session,
  item: PreparedCase,
  { layers }: Reference,
  signal: AbortSignal,
): Promise<ObservedLayers | null> {
  const prompt = item.prompts.find(({ id }) => id === layers?.prompt)
  const noise = layers?.noise(session.source.dtype) ?? null
  if (prompt === undefined || noise === null || !session.source.gives.includes('layers')) return null
  const topK = topKOf(formOf(session.source.gives))
  return { prompt: prompt.id, noise, actual: await session.observe(layersOf(item, prompt, topK), signal) }
}

/** What every token of the evidence decodes to by itself. Nothing where the checkpoint has no tokenizer, or a broken one. */
async function decodeTokens(folder: string, { prompts }: Pick<Evidence, 'prompts'>): Promise<Evidence['texts']> {
  if (!existsSync(join(folder, 'tokenizer.json'))) return {}
  const steps = prompts.flatMap((prompt) => prompt.steps)
  const tokens = [
    ...prompts.flatMap((prompt) => prompt.tokens),
    ...steps.flatMap(({ expected, actual }) => [expected, actual]),
    ...steps.flatMap(({ topExpected, topActual }) => [...topExpected, ...topActual].map(([token]) => token)),
  ]
  try {
    const tokenizer = await openTokenizer(folder)
    return Object.fromEntries([...new Set(tokens)].map((token) => [token, tokenizer.decode([token])]))
  } catch (error) {
    if (!ParityError.is(error)) throw error
    return {}
  }
}
