import type { Limits, Spread } from '../types.js'

/**
 * Bounds on an engine's error as multiples of the spread, which is the error that transformers itself makes in the
 * engine's dtype on the same case. Measurements behind each number: docs/verdicts.md, "Limits".
 */
export const defaultLimits: Limits = { rmsExcess: 4, maxExcess: 8 }

/**
 * The least spread that is believed, relative to the truth's logits. For the dtypes of engines: unit roundoff (IEEE 754;
 * bfloat16 has 8 significant bits), the error of an engine that did nothing but round its final logits. For float64:
 * the distance of two independent implementations, the oracle and transformers (docs/verdicts.md, "The oracle").
 */
export const relativeFloor: Readonly<Record<string, number>> = {
  float64: 2e-14,
  float32: 2 ** -24,
  float16: 2 ** -11,
  bfloat16: 2 ** -8,
}

/**
 * Error of transformers over the error of the oracle, in the same dtype. The oracle's dot products are rounded once, so
 * in float32 it errs less: 0.35–0.47 of transformers on four geometries (docs/verdicts.md, "The oracle").
 */
export const oracleSpreadFactor: Readonly<Record<string, number>> = { float32: 2.5, float16: 1, bfloat16: 1 }

/**
 * Root-mean-square error of transformers in the log-probabilities of its 20 most likely tokens, over that of all its
 * logits, in the same dtype: 0.99–1.04 on random weights, 1.5–3.0 on trained ones, where the sum that is subtracted from
 * a row errs as its highest logit does. The largest errors are 0.59–1.45 times one another, and keep their measure
 * (docs/verdicts.md, "Log-probabilities").
 */
export const logProbabilityFactor = 3

/**
 * Error of transformers in float32 over its error in bfloat16, where no float64 fits that float32 could be held against:
 * on 48 recordings 2.2e-5 to 4.5e-5, the median of which is taken, and for the largest error 0.8e-5 to 1.5e-4, the upper
 * end of which is (docs/verdicts.md, "Too large for float64").
 */
export const float32OverBfloat16 = { rms: 4e-5, max: 1.5e-4 } as const

/** How many of the top tokens are compared, ids and order. */
export const topCount = 5

/**
 * By how much rounding may lift a log-probability above 0: a logit minus the logarithm of a sum, which float32 rounds by up
 * to 2^-20, or 9.5e-7, where it is below 32. Gemma 4 caps its logits at 30.
 */
export const roundingAboveZero = 1e-6

/** The largest error that passes, of a logit or a log-probability. */
export const tolerance = (limits: Limits, spread: Spread): number => limits.maxExcess * spread.max

/**
 * A gap between two of the reference's logits that an engine within limits can close: each of the two may move by the
 * tolerance, in opposite directions.
 */
export const tieGap = (limits: Limits, spread: Spread): number => 2 * tolerance(limits, spread)

/**
 * How likely an engine's own text must be, between random tokens (0) and the reference's own text (1): half way. Engines
 * that are right came to 1.00, seven planted mistakes to 0.88–1.00 (docs/cases.md, "Checks"): this finds gibberish only.
 */
export const smokeShare = 0.5
