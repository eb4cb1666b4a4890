/** What the figures of a verdict are drawn from. This file imports nothing. */

/** What was compared: logits, or natural logarithms of probabilities where the engine gives no more. */
export const evidenceUnits = ['logits', 'log-probabilities'] as const
export type EvidenceUnit = (typeof evidenceUnits)[number]

/** A token and its logit or log-probability. */
export type TokenLogit = readonly [token: number, logit: number]

/** One generated token on both sides, and what each would have taken instead. */
export interface StepEvidence {
  /** What reference and engine chose here; behind a fork the engine is under the reference's tokens. */
  readonly expected: number
  readonly actual: number
  /** The reference's logit of its own token minus its highest other one. */
  readonly gap: number
  readonly topExpected: readonly TokenLogit[]
  readonly topActual: readonly TokenLogit[]
  /** Root-mean-square error of the engine through its cache, and in one uncached pass, over the tokens of both sides. */
  readonly error: number
  readonly uncachedError: number | null
}

export interface PromptEvidence {
  readonly prompt: string
  /** Token ids of the prompt. */
  readonly tokens: readonly number[]
  readonly steps: readonly StepEvidence[]
}

/** Error of the hidden states behind each layer, of one prompt. */
export interface LayerEvidence {
  readonly prompt: string
  /** Root-mean-square error of the engine, from layer 0 on. */
  readonly error: readonly number[]
  /** What the reference itself errs by in the engine's dtype: the noise. */
  readonly noise: readonly number[]
  /** The first layer whose error is beyond the limit's multiple of the noise. */
  readonly firstBeyond: number | null
}

/** What the figures of a verdict are drawn from, small enough to keep. */
export interface Evidence {
  /** Of the top 5, the gaps, the errors of steps and the scatter. */
  readonly unit: EvidenceUnit
  readonly prompts: readonly PromptEvidence[]
  readonly layers: LayerEvidence | null
  /** Values of the reference and of the engine: a sample that always holds the largest errors. */
  readonly scatter: readonly (readonly [expected: number, actual: number])[]
  /** What the tokens above decode to, where the checkpoint has a tokenizer; as it came, so it may be hostile. */
  readonly texts: Readonly<Record<string, string>>
}
