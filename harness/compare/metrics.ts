/** Distances between rows of logits or log-probabilities. Written by hand: no maintained library has them over typed arrays. */
import { logSumExp } from '../trace/logits.js'
import type { Place } from '../types.js'
import type { Row, RowPair } from './rows.js'

type Values = Pick<RowPair, 'expected' | 'actual'>

/** Errors of logits, pooled over all rows and the whole vocabulary. */
export interface LogitErrors {
  /** Root-mean-square error, in logits. */
  readonly rms: number
  /** Largest error, in logits. */
  readonly max: number
  /** Σ(a − e)² / Σe², as llama.cpp's check-nmse.py has it. */
  readonly nmse: number
  /** KL(expected ‖ actual) over the whole vocabulary, in nats: mean and largest over the rows. */
  readonly klMean: number
  readonly klMax: number
  /** Of the expected logits. */
  readonly logitRms: number
  readonly logitMax: number
  readonly rows: number
}

/** Errors of log-probabilities, pooled over the tokens that both sides name. */
export interface LogProbabilityErrors {
  readonly rms: number
  readonly max: number
  readonly rows: number
  /** How many log-probabilities were compared. */
  readonly values: number
}

/** Of whole rows. */
export function measureLogits(pairs: readonly Values[]): LogitErrors {
  const { squares, signal, values, max, largest } = poolErrors(pairs)
  let [klSum, klMax] = [0, 0]
  for (const { expected, actual } of pairs) {
    const kl = divergence(expected, actual)
    klSum += kl
    klMax = Math.max(klMax, kl)
  }
  return {
    rms: Math.sqrt(squares / values),
    max,
    nmse: squares / signal,
    klMean: klSum / pairs.length,
    klMax,
    logitRms: Math.sqrt(signal / values),
    logitMax: largest,
    rows: pairs.length,
  }
}

/** Of rows that name their most likely tokens only: without the rest there is no divergence of the distributions. */
export function measureLogProbabilities(pairs: readonly Values[]): LogProbabilityErrors {
  const { squares, values, max } = poolErrors(pairs)
  return { rms: Math.sqrt(squares / values), max, rows: pairs.length, values }
}

function poolErrors(pairs: readonly Values[]) {
  let [squares, signal, values, max, largest] = [0, 0, 0, 0, 0]
  for (const { expected, actual } of pairs) {
    for (let i = 0; i < expected.length; i++) {
      const error = Math.abs(actual[i] - expected[i])
      squares += error * error
      signal += expected[i] * expected[i]
      max = Math.max(max, error)
      largest = Math.max(largest, Math.abs(expected[i]))
    }
    values += expected.length
  }
  return { squares, signal, values, max, largest }
}

/** Largest error of a row; NaN if any is. */
export function largestError(expected: Row, actual: Row): number {
  let max = 0
  for (let i = 0; i < expected.length; i++) max = Math.max(max, Math.abs(actual[i] - expected[i]))
  return max
}

/** The position or step of all pairs that errs most. */
export const worstPlace = (pairs: readonly RowPair[]): Place =>
  pairs.reduce((a, b) => (largestError(b.expected, b.actual) > largestError(a.expected, a.actual) ? b : a)).place

/** KL(expected ‖ actual) of the distributions that two rows of logits stand for, in nats. Rounding can make it −0. */
export function divergence(expected: Row, actual: Row): number {
  const [e, a] = [logSumExp(expected), logSumExp(actual)]
  let sum = 0
  for (let i = 0; i < expected.length; i++) {
    const logProbability = expected[i] - e
    sum += Math.exp(logProbability) * (logProbability - (actual[i] - a))
  }
  return Math.max(0, sum)
}
