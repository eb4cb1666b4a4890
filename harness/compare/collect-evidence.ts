/** What the figures of a verdict are drawn from, taken out of traces that are a thousand times as large. */
import { argmax, topIndices } from '../trace/logits.js'
import { rowOf } from '../trace/matrix.js'
import type { Evidence, Prompt, PromptEvidence, StepEvidence, TokenLogit, Trace } from '../types.js'
import type { Measure } from './compare-logits.js'
import { alignTraces, type EngineTraces } from './judge.js'
import { topCount } from './limits.js'
import { measureLayerEvidence, type ObservedLayers } from './measure-layer-evidence.js'
import { roundTo } from './round-to.js'
import type { Row } from './rows.js'
import { sampleLogits } from './sample-logits.js'

const logitDigits = 5
const gapDigits = 4
const errorDigits = 3

/**
 * How many of the highest logits a case keeps of each side, all steps together. In up to 50 steps that is all five of
 * every step; a longer case keeps two of most, and five of at least twelve. So a case with three prompts of 32 steps stays below 20 KiB, and a
 * hundred verdicts fit into a page of 2 MB.
 */
const mostTops = 250
const shortTop = 2
const fewestWhole = 12

/** Evidence for what `judge` says of the same traces. `layers` is null where no hidden states were observed. */
export function collectEvidence(
  measure: Measure,
  truth: Trace,
  engine: EngineTraces,
  layers: ObservedLayers | null,
): Omit<Evidence, 'texts'> {
  const prompts = measure.prompts.map((prompt, index) => collectPrompt(prompt, index, truth, engine))
  return {
    prompts: shortenTops(prompts),
    layers: layers === null ? null : measureLayerEvidence(measure, truth, layers),
    scatter: sampleLogits(measure.prompts, truth, alignTraces(truth, engine)),
  }
}

/** All steps; up to the fork only, where the engine could not be given the reference's tokens behind it. */
function collectPrompt(prompt: Prompt, index: number, truth: Trace, engine: EngineTraces): PromptEvidence {
  const expected = truth.generated[index]
  const chosen = engine.own.generated[index]
  const fork = expected.findIndex((token, step) => token !== chosen[step])
  const isOwn = (step: number) => fork === -1 || step <= fork
  const compared = engine.forced === null ? expected.filter((_, step) => isOwn(step)) : expected
  const steps = compared.map((token, step): StepEvidence => {
    const row = predicting(truth, index, step)
    const ours = predicting(isOwn(step) ? engine.own : engine.forced, index, step)
    const uncached = engine.uncached === null ? null : predicting(engine.uncached, index, step)
    return {
      expected: token,
      actual: isOwn(step) || ours === undefined ? chosen[step] : argmax(ours),
      gap: roundTo(leadOf(token, row), gapDigits),
      topExpected: topOf(row),
      topActual: topOf(ours),
      error: rowError(row, ours),
      uncachedError: uncached === null ? null : rowError(row, uncached),
    }
  })
  return { prompt: prompt.id, tokens: prompt.tokens, steps }
}

/** The logits from which generated token `step` is chosen, where the trace has them. */
function predicting(trace: Trace | null, prompt: number, step: number): Row | undefined {
  const matrix = trace?.tensor(`${prompt}.${step === 0 ? 'logits' : 'decode.logits'}`)
  if (matrix === undefined) return undefined
  const row = step === 0 ? matrix.rows - 1 : step - 1
  return row < matrix.rows ? rowOf(matrix, row) : undefined
}

/** By how much a token leads the highest other one. */
function leadOf(token: number, row: Row | undefined): number {
  if (row === undefined) return NaN
  const other = topIndices(row, 2).find((candidate) => candidate !== token)
  return other === undefined ? NaN : row[token] - row[other]
}

const topOf = (row: Row | undefined): TokenLogit[] =>
  row === undefined ? [] : topIndices(row, topCount).map((token) => [token, roundTo(row[token], logitDigits)])

/** Root-mean-square error; NaN where there is nothing to compare. */
function rowError(expected: Row | undefined, actual: Row | undefined): number {
  if (expected === undefined || expected.length !== actual?.length) return NaN
  let squares = 0
  for (let i = 0; i < expected.length; i++) squares += (actual[i] - expected[i]) ** 2
  return roundTo(Math.sqrt(squares / expected.length), errorDigits)
}

/** Steps at which the two sides rank tokens differently keep their tops first, then those that were decided narrowly. */
function shortenTops(prompts: readonly PromptEvidence[]): PromptEvidence[] {
  const isSame = ({ topExpected, topActual }: StepEvidence) =>
    topExpected.length === topActual.length && topExpected.every(([token], rank) => token === topActual[rank][0])
  const steps = prompts.flatMap((prompt) => prompt.steps)
  const whole = Math.floor((mostTops - shortTop * steps.length) / (topCount - shortTop))
  const full = new Set(
    steps
      .sort((a, b) => Number(isSame(a)) - Number(isSame(b)) || Math.abs(a.gap) - Math.abs(b.gap))
      .slice(0, Math.max(whole, fewestWhole)),
  )
  const shorten = (step: StepEvidence): StepEvidence => ({
    ...step,
    topExpected: step.topExpected.slice(0, shortTop),
    topActual: step.topActual.slice(0, shortTop),
  })
  return prompts.map((prompt) => ({
    ...prompt,
    steps: prompt.steps.map((step) => (full.has(step) ? step : shorten(step))),
  }))
}
