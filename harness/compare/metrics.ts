/** Distances between rows of logits. Written by hand: no maintained library has them over typed arrays. */
import { logSumExp } from '../trace/logits.js'
import type { RowPair, Row } from './rows.js'

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

export function measureLogits(pairs: readonly RowPair[]): LogitErrors {
  let [squares, signal, values, max, logitMax, klSum, klMax] = [0, 0, 0, 0, 0, 0, 0]
  for (const { expected, actual } of pairs) {
    for (let i = 0; i < expected.length; i++) {
      const error = Math.abs(actual[i] - expected[i])
      squares += error * error
      signal += expected[i] * expected[i]
      max = Math.max(max, error)
      logitMax = Math.max(logitMax, Math.abs(expected[i]))
    }
    values += expected.length
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
    logitMax,
    rows: pairs.length,
  }
}

/** Largest error of a row, in logits; NaN if any is. */
export function largestError(expected: Row, actual: Row): number {
  let max = 0
  for (let i = 0; i < expected.length; i++) max = Math.max(max, Math.abs(actual[i] - expected[i]))
  return max
}

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
