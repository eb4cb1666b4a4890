/** What a run asks of a source. */
import type { Observation, PreparedCase, Prompt, Trace } from '../types.js'

/** The source's own cached generation, with the logits of every position. */
export const generation = (item: PreparedCase): Observation => ({
  prompts: item.prompts.map(({ tokens }) => tokens),
  generate: item.generate,
  continuation: null,
  cache: true,
  chunk: null,
  logits: 'all',
  topK: null,
  layers: false,
})

/** The same positions under given tokens: all but the last, which nothing follows. */
export const underTokens = (item: PreparedCase, { generated }: Trace): Observation => ({
  ...generation(item),
  generate: 0,
  continuation: generated.map((tokens) => tokens.slice(0, -1)),
})

/** The hidden states behind every layer, of one prompt alone, which is prompt 0 of the trace. */
export const layersOf = (item: PreparedCase, { tokens }: Prompt): Observation => ({
  ...generation(item),
  prompts: [tokens],
  generate: 1,
  layers: 'all',
})
