import type { EvidenceUnit } from '../evidence.js'
import type { Capability } from '../types.js'

/**
 * How many of its most likely tokens a source is asked for that gives log-probabilities only. More are commonly refused:
 * `top_logprobs` of OpenAI's interface ends at 20, and so does vLLM's `max_logprobs` unless it is raised.
 */
export const askedTokens = 20

/** In what form a source gives what is compared. */
export interface RowForm {
  readonly unit: EvidenceUnit
  /** Whether it gives every position of a prompt, or only the last one. */
  readonly isPromptWhole: boolean
}

/** A source that gives logits gives all of them, of every position. */
export function formOf(gives: readonly Capability[]): RowForm {
  if (gives.includes('logits') || !gives.includes('logprobs')) return wholeLogits
  return { unit: 'log-probabilities', isPromptWhole: gives.includes('prompt-logprobs') }
}

export const wholeLogits: RowForm = { unit: 'logits', isPromptWhole: true }

/** The `topK` of an observation in a form. */
export const topKOf = ({ unit }: RowForm): number | null => (unit === 'logits' ? null : askedTokens)

/** What a form leaves uncompared. */
export const describeUncompared = ({ unit, isPromptWhole }: RowForm): string[] => [
  ...(unit === 'logits'
    ? []
    : [`logits: the engine gives log-probabilities, of its ${askedTokens} most likely tokens`]),
  ...(isPromptWhole
    ? []
    : ['positions inside the prompts: the engine gives log-probabilities only behind the last token']),
]
