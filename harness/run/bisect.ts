/** Where an engine's error starts: layer, part and position. */
import { openCheckpoint } from '../checkpoint/checkpoint.js'
import { findAbsentLayer, findFirstJump, measurePoints, rowsOf, type PointError } from '../compare/find-first-jump.js'
import { ParityError } from '../errors.js'
import { listPoints } from '../points.js'
import { formatSourceId } from '../source-id.js'
import type { Observation, PreparedCase, Session, SourceId, Trace } from '../types.js'
import type { Yardsticks } from './bisect-yardstick.js'
import { chunkSizes } from './chunk-sizes.js'
import { findWorstPrompt, type WorstPrompt } from './find-worst-prompt.js'
import { underTokens } from './observations.js'
import type { RunPlan } from './plan.js'
import { openReference } from './reference.js'
import { openEngine } from './see-engine.js'
import { withSession } from './with-session.js'

/** When the error shows: however the prompt is run, or only so. */
export type Condition = 'always' | 'cached' | 'after-another-prompt' | 'in-pieces' | 'uncached'

export interface Bisection {
  readonly caseId: string
  readonly engine: string
  readonly reference: string
  /** The prompt with the largest error, and how many tokens it has. */
  readonly prompt: string
  readonly promptTokens: number
  /** The first point that is beyond the noise; null where none is. */
  readonly found: PointError | null
  readonly condition: Condition
  /** Tokens of each piece that the prompt was prefilled in; null for one piece. */
  readonly chunk: number | null
  /** The layer whose keys and values the found one reads; null where it has its own. */
  readonly donor: number | null
  /** Whether the error starts in generated text, of which the engine shows logits and no hidden states. */
  readonly isHidden: boolean
  /** Every point that engine and reference both give. */
  readonly curve: readonly PointError[]
}

export interface BisectRequest {
  readonly plan: RunPlan
  readonly item: PreparedCase
  readonly engine: SourceId
  readonly yardsticks: Yardsticks
  /** Where it is known already. */
  readonly truth?: Trace
}

/** One way to run the prompts of a case. */
interface Way {
  readonly condition: Condition
  readonly asked: Observation
}

/** What came of it, and the prompt that errs most there. */
interface Tried extends Way, WorstPrompt {
  readonly trace: Trace
}

/**
 * Bisects an engine that gives hidden states, under the prompt of the case that it errs most at. Where the plain way, all
 * prompts one after another through the cache, shows nothing, prompts in pieces and one pass without a cache are tried.
 *
 * @throws WorkerFault where an engine or the reference refuses; ParityError where the set-up is broken, or the engine
 *   gives no hidden states
 */
export async function bisectLayers(request: BisectRequest, signal: AbortSignal): Promise<Bisection> {
  const { plan, item, yardsticks } = request
  const truth = request.truth ?? (await openReference(plan, item, signal)).truth
  const { config } = await openCheckpoint(item.folder)
  const points = listPoints(config.layers.length)
  const asked = { ...underTokens(item, truth), layers: 'all', parts: true } as const
  const open = () => openEngine(request, item, signal)

  const measure = async ({ trace, index }: Pick<Tried, 'trace' | 'index'>, row: number, dtype: string) => {
    refuseAbsentLayer(request.engine, findAbsentLayer({ trace, prompt: row }, config.layers.length))
    const yardstick = await yardsticks.measure(
      item,
      item.prompts[index],
      asked.continuation?.[index] ?? [],
      dtype,
      signal,
    )
    return { reference: yardstick.name, curve: measurePoints(points, { trace, prompt: row }, yardstick) }
  }

  const { engine, dtype, tried, measured } = await withSession(await open(), async (session) => {
    refuseBlind(session)
    const { dtype } = session.source
    const attempt = async (way: Way): Promise<Tried> => {
      const trace = await session.observe(way.asked, signal)
      return { ...way, trace, ...findWorstPrompt(item, truth, trace) }
    }
    let tried = await attempt({ condition: 'always', asked })
    let measured = await measure(tried, tried.index, dtype)
    if (findFirstJump(measured.curve) === null) {
      let worst = tried
      for (const way of otherWays(session, asked, chunkSizes(config, item.prompts))) {
        const other = await attempt(way)
        if (other.error > worst.error) worst = other
      }
      // A way that errs less than one that is right says nothing.
      if (worst !== tried) {
        const again = await measure(worst, worst.index, dtype)
        if (findFirstJump(again.curve) !== null) [tried, measured] = [worst, again]
      }
    }
    return { engine: nameOf(session), dtype, tried, measured }
  })

  const { index, trace } = tried
  const prompt = item.prompts[index]
  const found = findFirstJump(measured.curve)
  const alone = { ...asked, prompts: [prompt.tokens], continuation: [asked.continuation?.[index] ?? []] }
  /** In a process of its own, which nothing was asked of before. */
  const isClean = async (observation: Observation) => {
    const other = await withSession(await open(), (session) => session.observe(observation, signal))
    return findFirstJump((await measure({ trace: other, index }, 0, dtype)).curve) === null
  }
  let { condition } = tried
  if (found !== null && condition === 'always') {
    if (index > 0 && (await isClean(alone))) condition = 'after-another-prompt'
    else if (isBehind(found, prompt.tokens.length) && (await isClean({ ...alone, cache: false }))) condition = 'cached'
  }
  return {
    caseId: item.id,
    engine,
    reference: measured.reference,
    prompt: prompt.id,
    promptTokens: prompt.tokens.length,
    found,
    condition,
    chunk: tried.asked.chunk,
    donor: typeof found?.layer === 'number' ? config.layers[found.layer].donor : null,
    isHidden: found !== null && !hasRow(trace, index, found),
    curve: measured.curve,
  }
}

/** What else an engine can be asked, so that an error shows which the plain way hides. */
function otherWays({ source: { gives } }: Session, asked: Observation, sizes: readonly number[]): Way[] {
  const pieces = gives.includes('chunks') ? sizes : []
  return [
    ...pieces.map((chunk): Way => ({ condition: 'in-pieces', asked: { ...asked, chunk } })),
    { condition: 'uncached', asked: { ...asked, cache: false } },
  ]
}

const isBehind = ({ position }: PointError, tokens: number): boolean => position !== null && position >= tokens

/** Whether the first layer was seen at the position where the error starts. */
const hasRow = (trace: Trace, prompt: number, { position }: PointError): boolean =>
  (position ?? 0) < (rowsOf({ trace, prompt }, 'layers.0')?.rows ?? 0)

const nameOf = ({ source: { name, version, device, dtype } }: Session): string =>
  formatSourceId({ name, version, device, dtype })

function refuseBlind({ source: { name, gives } }: Session): void {
  const absent = (['layers', 'forced'] as const).filter((capability) => !gives.includes(capability))
  if (absent.length === 0) return
  throw new ParityError(
    'PARITY_SOURCE',
    `${name} gives no ${absent.includes('layers') ? 'hidden states' : 'answer to given tokens'}, so that no layer of it can be looked into`,
    'parity run says which prompt and position is out of bounds.',
  )
}

/** An error that starts in a layer that is left out would be named in one behind it. */
function refuseAbsentLayer(engine: SourceId, layer: number | null): void {
  if (layer === null) return
  throw new ParityError(
    'PARITY_SOURCE',
    `${formatSourceId(engine)} says that it gives hidden states, and gives no layers.${layer}`,
    'parity check-worker shows what else an engine does not keep; --by prompt does without hidden states.',
  )
}
