/** What a run asks of a source. */
import type { Observation, PreparedCase, Prompt, Trace } from '../types.js'

/**
 * The source's own cached generation, with every position that it gives.
 *
 * @param topK how many of the most likely tokens to ask for; null for all logits
 */
export const generation = (item: PreparedCase, topK: number | null = null): Observation => ({
  prompts: item.prompts.map(({ tokens }) => tokens),
  generate: item.generate,
  continuation: null,
  cache: true,
  chunk: null,
  logits: 'all',
  topK,
  layers: false,
})

/** The same positions under given tokens: all but the last, which nothing follows. */
export const underTokens = (item: PreparedCase, { generated }: Trace, topK: number | null = null): Observation => ({
  ...generation(item, topK),
  generate: 0,
  continuation: generated.map((tokens) => tokens.slice(0, -1)),
})

/** The hidden states behind every layer, of one prompt alone, which is prompt 0 of the trace. */
export const layersOf = (item: PreparedCase, { tokens }: Prompt, topK: number | null = null): Observation => ({
  ...generation(item, topK),
  prompts: [tokens],
  generate: 1,
  layers: 'all',
})
