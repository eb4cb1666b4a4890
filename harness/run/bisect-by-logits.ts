/** Where the error of an engine starts that gives nothing but logits, or log-probabilities. */
import type { EvidenceUnit } from '../evidence.js'
import { isBeyond, measureError } from '../compare/row-errors.js'
import type { Defect } from '../defect.js'
import type { PreparedCase, Spread } from '../types.js'
import { bisectByHypothesis, type HypothesisSearch, type OnTried } from './bisect-by-hypothesis.js'
import { bisectByPrompt, type PromptBisection } from './bisect-by-prompt.js'
import { narrowCase } from './narrow-case.js'
import { openReference } from './reference.js'
import {
  errorOf,
  findFailingPass,
  pairWith,
  seeEngine,
  type EngineUnderTest,
  type Pass,
  type SeenEngine,
} from './see-engine.js'

export interface LogitRequest extends EngineUnderTest {
  readonly item: PreparedCase
  readonly byPrompt: boolean
  /** The catalogue to search; null where no hypothesis is asked for. */
  readonly defects: readonly Defect[] | null
  readonly onTried?: OnTried
}

export interface LogitBisection {
  readonly caseId: string
  /** `llama-cpp@3.22.1:cpu/float32` */
  readonly engine: string
  readonly reference: string
  readonly unit: EvidenceUnit
  /** Over the whole case, in multiples of the spread, root-mean-square; of the pass that fails, where one does. */
  readonly excess: number
  readonly failure: LogitFailure | null
}

export interface LogitFailure {
  readonly pass: Pass
  /** The prompt that errs most. */
  readonly prompt: string
  /** Of the prompts before that one, where it fails only behind them; else empty. */
  readonly behind: readonly string[]
  /** Null where it was not asked for, and where no prompt fails by itself. */
  readonly byPrompt: PromptBisection | null
  readonly byHypothesis: HypothesisSearch | null
}

/**
 * Runs an engine on a case, and where it fails looks into the prompt that errs most.
 *
 * @throws WorkerFault where an engine or the reference refuses; ParityError where there is nothing to compare
 */
export async function bisectByLogits(request: LogitRequest, signal: AbortSignal): Promise<LogitBisection> {
  const { plan, item, defects, onTried } = request
  const reference = await openReference(plan, item, signal)
  const roundings = plan.sources.find(request.engine).roundings?.(request.engine)
  let spread: Promise<Spread> | null = null
  const spreadOf = (dtype: string) => (spread ??= reference.spread(dtype, signal, roundings))
  const whole = await seeEngine(request, item, reference.truth, spreadOf, signal)
  const pass = findFailingPass(whole, plan)
  const told = { caseId: item.id, engine: whole.name, reference: reference.name, unit: whole.traces.form.unit }
  const pairs = pairWith(whole, whole.truth, pass ?? 'cached') ?? []
  const excess = measureError(pairs, whole.spread).rms
  if (pass === null) return { ...told, excess, failure: null }

  const index = findWorstPrompt(whole, pass)
  const one = narrowCase(item, reference.truth, index)
  const alone = item.prompts.length === 1 ? whole : await seeEngine(request, one.item, one.truth, spreadOf, signal)
  const fails = isBeyond(errorOf(alone, pass) ?? { rms: 0, max: 0 }, plan.limits)
  const traces = { ...whole.traces, forced: null, uncached: null }
  const seen: SeenEngine = fails ? alone : pass === 'cached' ? { ...whole, traces, isOwn: true } : whole
  return {
    ...told,
    excess,
    failure: {
      pass,
      prompt: item.prompts[index].id,
      behind: fails ? [] : item.prompts.slice(0, index).map(({ id }) => id),
      byPrompt: request.byPrompt && fails ? await bisectByPrompt(request, alone, pass, signal) : null,
      byHypothesis: defects && (await bisectByHypothesis(plan, seen, pass, defects, signal, onTried)),
    },
  }
}

/** The prompt whose rows err most, root-mean-square. */
function findWorstPrompt(seen: SeenEngine, pass: Pass): number {
  const pairs = pairWith(seen, seen.truth, pass) ?? []
  const errors = seen.item.prompts.map(
    ({ id }) =>
      measureError(
        pairs.filter(({ place }) => place.prompt === id),
        seen.spread,
      ).rms,
  )
  return errors.indexOf(Math.max(...errors))
}
