import type { Prompt, Spread, Trace } from '../types.js'
import { float32OverBfloat16, logProbabilityFactor, oracleSpreadFactor, relativeFloor } from './limits.js'
import { measureLogits } from './metrics.js'
import type { RowForm } from './row-form.js'
import { pairRows } from './rows.js'

/** How far a source in `dtype` is from the truth of the same source, over all prompts and positions. */
export function measureSpread(
  prompts: readonly Prompt[],
  truth: Trace,
  inDtype: Trace,
  dtype: string,
  origin: Spread['origin'],
): Spread {
  const { rms, max } = measureLogits(pairRows(prompts, truth, inDtype).pairs)
  const factor = origin === 'oracle' ? (oracleSpreadFactor[dtype] ?? 1) : 1
  return { dtype, rms: factor * rms, max: factor * max, origin }
}

/** The error of rounding the truth's logits to `dtype` and nothing else: the least spread that is believed. */
export function spreadFloor(prompts: readonly Prompt[], truth: Trace, dtype: string): Spread {
  // A dtype without a floor of its own is a quantised one; float32 is what its engine computes in.
  const floor = relativeFloor[dtype] ?? relativeFloor.float32
  const { logitRms, logitMax } = measureLogits(pairRows(prompts, truth, truth).pairs)
  return { dtype, rms: floor * logitRms, max: floor * logitMax, origin: 'floor' }
}

/** The spread of float32 where it is itself the truth, from that of bfloat16 against it. */
export const predictFloat32 = ({ rms, max }: Spread): Spread => ({
  dtype: 'float32',
  rms: float32OverBfloat16.rms * rms,
  max: float32OverBfloat16.max * max,
  origin: 'predicted',
})

/** The larger of each bound. */
export function atLeast(spread: Spread | null, floor: Spread): Spread {
  if (spread === null || (spread.rms < floor.rms && spread.max < floor.max)) return floor
  return { ...spread, rms: Math.max(spread.rms, floor.rms), max: Math.max(spread.max, floor.max) }
}

/** A spread of logits as one of what an engine gives. */
export const spreadIn = ({ unit }: RowForm, spread: Spread): Spread =>
  unit === 'logits' ? spread : { ...spread, rms: logProbabilityFactor * spread.rms }
