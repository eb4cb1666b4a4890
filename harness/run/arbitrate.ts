/** Where engine and reference disagree: which of the two the oracle, an independent Gemma 4 in float64, sides with. */
import { alignTraces, type EngineTraces } from '../compare/align-traces.js'
import { describePlace } from '../compare/place.js'
import { pairRows, type RowPair } from '../compare/rows.js'
import { logSumExp } from '../trace/logits.js'
import { rowOf } from '../trace/matrix.js'
import type { Aspect, Comparison, Place, PreparedCase, Progress, Spread, Trace } from '../types.js'
import { WorkerFault } from '../workers/host.js'
import { estimateWork } from './estimate-work.js'
import { generation } from './observations.js'
import type { RunPlan } from './plan.js'
import { withSession } from './with-session.js'

/** The others hold an engine against itself. */
const betweenTheTwo: readonly Aspect[] = ['logits', 'top-k', 'tokens']

/**
 * One sentence on the first place that is out of bounds; null where no place is known, where it would take the oracle
 * too long, and where the oracle itself fails.
 */
export async function arbitrate(
  plan: RunPlan,
  item: PreparedCase,
  truth: Trace,
  engine: EngineTraces,
  { comparisons, spread }: { readonly comparisons: readonly Comparison[]; readonly spread: Spread },
  signal: AbortSignal,
  progress: Progress,
): Promise<string | null> {
  const failed = comparisons.filter(({ passed, aspect }) => !passed && betweenTheTwo.includes(aspect))
  const place = failed.find(({ first }) => first !== undefined)?.first
  const pair = place === undefined ? undefined : pairAt(item, truth, engine, place)
  if (pair === undefined) return null
  const values = await askOracle(plan, item, truth, pair, signal, progress)
  if (values === null) return null
  const [reference, ours] = [largest(values, pair.expected), largest(values, pair.actual)]
  const figures = `at ${describePlace(pair.place)} the reference is ${reference.toPrecision(2)} from it, the engine ${ours.toPrecision(2)}`
  const near = spread.max
  if (reference <= near && !(ours <= near))
    return `the oracle, an independent Gemma 4, sides with the reference: ${figures}`
  if (ours <= near && !(reference <= near))
    return `the oracle, an independent Gemma 4, sides with the engine: ${figures}`
  return `the oracle, an independent Gemma 4, sides with neither: ${figures}`
}

/** The rows of both sides at a place; a difference in token s is a difference in the row that token s is chosen from. */
function pairAt(item: PreparedCase, truth: Trace, engine: EngineTraces, place: Place): RowPair | undefined {
  const aligned = alignTraces(truth, engine)
  const { pairs } = pairRows(item.prompts, aligned.truth, aligned.actual)
  return pairs.find(
    (pair) =>
      pair.place.prompt === place.prompt && pair.place.position === place.position && pair.place.step === place.step,
  )
}

/** The oracle's values of the tokens of a pair, in its unit. */
async function askOracle(
  plan: RunPlan,
  item: PreparedCase,
  truth: Trace,
  { place, tokens }: RowPair,
  signal: AbortSignal,
  progress: Progress,
): Promise<Float64Array | null> {
  const index = item.prompts.findIndex(({ id }) => id === place.prompt)
  const step = place.step ?? 0
  const alone: PreparedCase = { ...item, prompts: [item.prompts[index]], generate: step }
  const oracle = plan.sources.find({ name: 'oracle' })
  const id = { name: 'oracle', dtype: 'float64' }
  const estimate = await estimateWork(oracle, id, alone, plan.oracleMinutes)
  if ((estimate?.refusal ?? null) !== null || !(await oracle.check(id)).ok) return null
  const { threads, timeouts } = plan
  try {
    const session = await oracle.open({ id, checkpoint: item.folder, threads, options: {}, timeouts }, signal)
    const asked = { ...generation(alone), generate: 0, continuation: [truth.generated[index].slice(0, step)] }
    const trace = await withSession(session, (opened) => opened.observe(asked, signal, progress))
    const matrix = trace.tensor(step === 0 ? '0.logits' : '0.decode.logits')
    const row = step === 0 ? (place.position ?? 0) : step - 1
    if (matrix === undefined || row >= matrix.rows) return null
    const logits = rowOf(matrix, row)
    if (tokens === null) return Float64Array.from(logits)
    const sum = logSumExp(logits)
    return Float64Array.from(tokens, (token) => logits[token] - sum)
  } catch (error) {
    if (!(error instanceof WorkerFault) || signal.aborted) throw error
    return null
  }
}

function largest(truth: Float64Array, values: Float64Array | Float32Array): number {
  let max = 0
  for (const [i, value] of values.entries()) max = Math.max(max, Math.abs(value - truth[i]))
  return max
}
