import { logSumExp } from '../trace/logits.js'
import { valueOf, type TokenRow } from '../trace/token-rows.js'
import type { Comparison, Prompt, Trace } from '../types.js'
import { smokeShare } from './limits.js'
import { predictingRow, type Row } from './rows.js'

/**
 * Whether what an engine writes is text and no gibberish: the mean log-probability of its own tokens under the reference,
 * in nats, between that of tokens drawn at random (share 0) and that of the reference's own text (share 1).
 *
 * @param underOwn the reference under the engine's tokens, all logits
 */
export function compareSmoke(prompts: readonly Prompt[], truth: Trace, own: Trace, underOwn: Trace): Comparison {
  const ours = own.generated.flatMap((tokens, i) => score(underOwn, i, tokens))
  const best = truth.generated.flatMap((tokens, i) => score(truth, i, tokens))
  const [mean, reference, random] = [
    average(ours.map(({ chosen }) => chosen)),
    average(best.map(({ chosen }) => chosen)),
    average(ours.map((step) => step.random)),
  ]
  const share = (mean - random) / (reference - random)
  // Written so that a NaN fails.
  const passed = share >= smokeShare
  const metrics = { mean, reference, random, share, tokens: ours.length }
  const frame = { aspect: 'smoke' as const, passed, metrics, needed: null, nearTies: [] }
  if (passed) return frame
  const figures = [mean, reference, random].map((value) => value.toPrecision(3))
  const detail = `the generated text is not what the model would write: its mean log-probability under the reference is ${figures[0]}, that of the reference’s own text ${figures[1]}, that of random tokens ${figures[2]}`
  return { ...frame, first: { prompt: worstPrompt(prompts, own, underOwn) }, detail }
}

interface StepScore {
  /** Log-probability of the token. */
  readonly chosen: number
  /** Of a token drawn at random. */
  readonly random: number
}

const score = (trace: Trace, prompt: number, tokens: readonly number[]): StepScore[] =>
  tokens.map((token, step) => {
    const row = predictingRow(trace, prompt, step)
    return row === undefined ? { chosen: NaN, random: NaN } : scoreToken(row, token)
  })

function scoreToken(row: TokenRow, token: number): StepScore {
  const total = logSumExp(row.values)
  const mean = average(row.values)
  return { chosen: valueOf(row, token) - total, random: mean - total }
}

function average(values: readonly number[] | Row): number {
  let sum = 0
  for (const value of values) sum += value
  return sum / values.length
}

function worstPrompt(prompts: readonly Prompt[], own: Trace, underOwn: Trace): string {
  const means = own.generated.map((tokens, i) => average(score(underOwn, i, tokens).map(({ chosen }) => chosen)))
  return prompts[means.indexOf(Math.min(...means))]?.id ?? prompts[0].id
}
