/** Which planted defect, run in the built-in engine, explains what another engine gives. */
import { isBeyond, measureError } from '../compare/row-errors.js'
import type { Defect } from '../defect.js'
import { EngineProcesses } from '../sources/onnxruntime/processes.js'
import { onnxruntime } from '../sources/onnxruntime/index.js'
import type { PreparedCase, Trace } from '../types.js'
import { WorkerFault } from '../workers/host.js'
import { classifyFault } from './classify-fault.js'
import { estimateMemory } from './estimate-memory.js'
import { generation, underTokens } from './observations.js'
import type { RunPlan } from './plan.js'
import { errorOf, pairWith, type Pass, type SeenEngine } from './see-engine.js'
import { workWithin } from './work-within.js'

/** A defect of the catalogue as the explanation of an engine's error. */
export interface Hypothesis {
  readonly defect: Defect
  /**
   * What it leaves of the error, root-mean-square: the engine against the built-in engine with the defect, over the engine
   * against the truth. 0 explains everything, 1 nothing; more is further from the engine than the truth is.
   */
  readonly leaves: number
  /** What it leaves in multiples of the spread, root-mean-square. */
  readonly excess: number
  /** Whether what it leaves is within the limits of a verdict. */
  readonly explains: boolean
}

export interface HypothesisSearch {
  readonly prompts: readonly string[]
  readonly pass: Pass
  /** Of the engine against the truth, in multiples of the spread, root-mean-square. */
  readonly excess: number
  /** Every defect that could be planted, the best explanation first. */
  readonly hypotheses: readonly Hypothesis[]
  /** Defects that this checkpoint has no place for. */
  readonly inapplicable: readonly { readonly id: string; readonly why: string }[]
}

export type OnTried = (done: number, total: number, defect: Defect) => void

/** Plants one defect after another. Throws a `WorkerFault` where the machine fails. */
export async function bisectByHypothesis(
  plan: RunPlan,
  seen: SeenEngine,
  pass: Pass,
  defects: readonly Defect[],
  signal: AbortSignal,
  onTried: OnTried = () => undefined,
): Promise<HypothesisSearch> {
  const { item } = seen
  const inapplicable: { id: string; why: string }[] = []
  const hypotheses: Hypothesis[] = []
  const memory = await estimateMemory(onnxruntime, item.folder)
  const pieces = defects.map((defect) => ({ item: defect, memory }))
  await using processes = new EngineProcesses()
  let done = 0
  await workWithin(plan.budget, pieces, async (defect) => {
    const planted = isElsewhere(defect, item)
      ? 'its weights come from the checkpoint of another case'
      : await plantHypothesis(processes, plan, seen, pass, defect, signal)
    if (typeof planted === 'string') inapplicable.push({ id: defect.id, why: planted })
    else hypotheses.push(weighHypothesis(plan, seen, pass, defect, planted))
    onTried(++done, defects.length, defect)
  })
  return {
    prompts: item.prompts.map(({ id }) => id),
    pass,
    excess: errorOf(seen, pass)?.rms ?? 0,
    hypotheses: hypotheses.sort(byWhatIsLeft),
    inapplicable: inapplicable.sort((a, b) => (a.id < b.id ? -1 : 1)),
  }
}

/** Weights of another checkpoint belong to the cases that are fine-tuned or merged from it. */
const isElsewhere = ({ plant: { tensors = [] }, on }: Defect, { id }: PreparedCase): boolean =>
  tensors.some(({ from }) => from !== undefined) && !on.includes(id)

/** The built-in engine with a defect, under the reference's tokens; or why it cannot be planted here. */
export async function plantHypothesis(
  processes: EngineProcesses,
  { threads, timeouts }: RunPlan,
  { item, truth, isOwn }: SeenEngine,
  pass: Pass,
  defect: Defect,
  signal: AbortSignal,
): Promise<Trace | string> {
  const request = { checkpoint: item.folder, threads, options: { defect: defect.plant }, timeouts }
  const observation = isOwn ? generation(item) : { ...underTokens(item, truth), cache: pass === 'cached' }
  try {
    return await processes.use(request, signal, (session) => session.observe(observation, signal))
  } catch (fault) {
    if (!(fault instanceof WorkerFault) || classifyFault(fault) === 'infrastructure') throw fault
    return fault.message
  }
}

/** What a defect leaves of an engine's error, by what the built-in engine gave with it. */
export function weighHypothesis(
  { limits }: Pick<RunPlan, 'limits'>,
  seen: SeenEngine,
  pass: Pass,
  defect: Defect,
  planted: Trace,
): Hypothesis {
  const trace = { ...planted, generated: seen.truth.generated }
  const left = measureError(pairWith(seen, trace, pass) ?? [], seen.spread)
  const error = errorOf(seen, pass)?.rms ?? 0
  const leaves = left.rms === 0 ? 0 : Number.isFinite(left.rms) ? left.rms / error : Infinity
  return { defect, leaves, excess: left.rms, explains: !isBeyond(left, limits) }
}

/** The best explanation first. */
export const byWhatIsLeft = (a: Hypothesis, b: Hypothesis): number =>
  a.excess === b.excess ? (a.defect.id < b.defect.id ? -1 : 1) : a.excess - b.excess
