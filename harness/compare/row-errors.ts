/** The error of an engine at single places, where a verdict pools them over a case. */
import type { Limits, Place, Spread } from '../types.js'
import { measureLogProbabilities } from './metrics.js'
import type { RowPair } from './rows.js'

/** An error in multiples of the spread; infinite where a value is none. */
export interface ErrorSize {
  /** Root-mean-square. */
  readonly rms: number
  readonly max: number
}

export interface RowError extends ErrorSize {
  readonly place: Place
}

/** The error over some rows. Where the engine gives no number, so must the reference: else the error is infinite. */
export function measureError(pairs: readonly Pick<RowPair, 'expected' | 'actual'>[], spread: Spread): ErrorSize {
  const known = pairs.filter(({ expected, actual }) => expected.every(Number.isFinite) || actual.every(Number.isFinite))
  if (known.length === 0) return { rms: 0, max: 0 }
  const { rms, max } = measureLogProbabilities(known)
  return { rms: inMultiples(rms, spread.rms), max: inMultiples(max, spread.max) }
}

const inMultiples = (error: number, spread: number) => (Number.isNaN(error) ? Infinity : error / spread)

/** Whether an error is larger than a verdict lets pass. */
export const isBeyond = ({ rms, max }: ErrorSize, limits: Limits): boolean =>
  rms > limits.rmsExcess || max > limits.maxExcess

/** Row by row, in the order of the pairs. */
export const measureRows = (pairs: readonly RowPair[], spread: Spread): RowError[] =>
  pairs.map((pair) => ({ place: pair.place, ...measureError([pair], spread) }))

/** The row that errs most, root-mean-square. */
export const worstOf = (errors: readonly ErrorSize[]): ErrorSize =>
  errors.reduce((worst, error) => (error.rms > worst.rms ? error : worst), { rms: 0, max: 0 })
