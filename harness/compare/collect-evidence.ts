/** What the figures of a verdict are drawn from, taken out of traces that are a thousand times as large. */
import { topTokens, valueOf, type TokenRow } from '../trace/token-rows.js'
import type { Evidence, PromptEvidence, StepEvidence, TokenLogit } from '../evidence.js'
import type { Prompt, Trace } from '../types.js'
import { alignTraces, findFork, type AlignedTraces, type EngineTraces } from './align-traces.js'
import type { Measure } from './compare-logits.js'
import { topCount } from './limits.js'
import { measureLayerEvidence, type ObservedLayers } from './measure-layer-evidence.js'
import { roundTo } from './round-to.js'
import { alignRows, gapBetween, predictingRow } from './rows.js'
import { sampleLogits } from './sample-logits.js'

const logitDigits = 6
const gapDigits = 4
const errorDigits = 3

/** Evidence for what `judge` says of the same traces. `layers` is null where no hidden states were observed. */
export function collectEvidence(
  measure: Measure,
  truth: Trace,
  engine: EngineTraces,
  layers: ObservedLayers | null,
): Omit<Evidence, 'texts'> {
  const aligned = alignTraces(truth, engine)
  return {
    unit: engine.form.unit,
    prompts: measure.prompts.map((prompt, index) => collectPrompt(prompt, index, aligned)),
    layers: layers === null ? null : measureLayerEvidence(measure, truth, layers),
    scatter: sampleLogits(measure.prompts, aligned.truth, aligned.actual),
  }
}

/** All steps; up to the fork only, where the engine could not be given the reference's tokens behind it. */
function collectPrompt(prompt: Prompt, index: number, engine: AlignedTraces): PromptEvidence {
  const { truth } = engine
  const expected = truth.generated[index]
  const chosen = engine.own.generated[index]
  const fork = findFork(truth, engine.own, index)
  const isOwn = (step: number) => fork === -1 || step <= fork
  const compared = engine.forced === null ? expected.filter((_, step) => isOwn(step)) : expected
  const steps = compared.map((token, step): StepEvidence => {
    const row = predictingRow(truth, index, step)
    const side = isOwn(step) ? engine.own : engine.forced
    const ours = side === null ? undefined : predictingRow(side, index, step)
    const uncached = engine.uncached === null ? null : predictingRow(engine.uncached, index, step)
    return {
      expected: token,
      actual: isOwn(step) || ours === undefined ? chosen[step] : topTokens(ours, 1)[0],
      gap: roundTo(leadOf(token, row), gapDigits),
      topExpected: topOf(row),
      topActual: topOf(ours),
      error: rowError(row, ours),
      uncachedError: uncached === null ? null : rowError(row, uncached),
    }
  })
  return { prompt: prompt.id, tokens: prompt.tokens, steps }
}

/** By how much a token leads the highest other one. */
function leadOf(token: number, row: TokenRow | undefined): number {
  if (row === undefined) return NaN
  const other = topTokens(row, 2).find((candidate) => candidate !== token)
  return other === undefined ? NaN : gapBetween(row, token, other)
}

const topOf = (row: TokenRow | undefined): TokenLogit[] =>
  row === undefined ? [] : topTokens(row, topCount).map((token) => [token, roundTo(valueOf(row, token), logitDigits)])

/** Root-mean-square error over the tokens of both rows; NaN where there is nothing to compare. */
function rowError(expected: TokenRow | undefined, actual: TokenRow | undefined): number {
  if (expected === undefined || actual === undefined) return NaN
  const { expected: theirs, actual: ours } = alignRows(expected, actual)
  if (theirs.length !== ours.length) return NaN
  let squares = 0
  for (let i = 0; i < theirs.length; i++) squares += (ours[i] - theirs[i]) ** 2
  return roundTo(Math.sqrt(squares / theirs.length), errorDigits)
}
