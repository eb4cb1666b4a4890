import type { Gemma4Config } from '../checkpoint/config.js'
import { ParityError } from '../errors.js'
import type { Prompt } from '../types.js'

/** Refuses a prompt without tokens, and a token that the model has no row for. @throws ParityError PARITY_USAGE */
export function checkTokens(config: Gemma4Config, prompts: readonly Prompt[]): void {
  const rows = knownTokens(config)
  for (const { id, tokens } of prompts) {
    if (tokens.length === 0)
      throw new ParityError('PARITY_USAGE', `prompt '${id}' is empty`, 'A prompt has at least one token.')
    const position = tokens.findIndex((token) => !Number.isSafeInteger(token) || token < 0 || token >= rows)
    if (position === -1) continue
    throw new ParityError(
      'PARITY_USAGE',
      `token ${String(tokens[position])} at position ${position} of prompt '${id}' is outside the vocabulary`,
      `The checkpoint knows the tokens 0 to ${rows - 1}.`,
    )
  }
}

/** How many token ids the model has rows for: in its embedding, and in the per-layer table where it has one. */
export const knownTokens = ({ vocabSize, vocabSizePerLayerInput, perLayerInputSize }: Gemma4Config): number =>
  perLayerInputSize > 0 ? Math.min(vocabSize, vocabSizePerLayerInput) : vocabSize
