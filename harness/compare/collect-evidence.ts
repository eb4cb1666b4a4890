/** What the figures of a verdict are drawn from, taken out of traces that are a thousand times as large. */
import { argmax, topIndices } from '../trace/logits.js'
import type { Evidence, PromptEvidence, StepEvidence, TokenLogit } from '../evidence.js'
import type { Prompt, Trace } from '../types.js'
import type { Measure } from './compare-logits.js'
import { alignTraces, type EngineTraces } from './judge.js'
import { topCount } from './limits.js'
import { measureLayerEvidence, type ObservedLayers } from './measure-layer-evidence.js'
import { roundTo } from './round-to.js'
import { predictingRow, type Row } from './rows.js'
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
  const prompts = measure.prompts.map((prompt, index) => collectPrompt(prompt, index, truth, engine))
  return {
    prompts,
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
    const row = predictingRow(truth, index, step)
    const side = isOwn(step) ? engine.own : engine.forced
    const ours = side === null ? undefined : predictingRow(side, index, step)
    const uncached = engine.uncached === null ? null : predictingRow(engine.uncached, index, step)
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
