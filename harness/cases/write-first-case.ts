import { mixedTokens } from '../prompt/mixed-tokens.js'
import type { Layout } from '../checkpoint/layout.js'

export interface FirstCase {
  readonly id: string
  /** As the case states it: a folder relative to the case's file, or `hub:OWNER/NAME@REVISION`. */
  readonly checkpoint: string
  readonly hasTokenizer: boolean
  readonly hasChatTemplate: boolean
  readonly slidingWindow: number
  readonly layout: Layout['kind']
  /** Tokens that the model has rows for. */
  readonly vocabulary: number
}

/** Beyond so many tokens, a prompt beyond the window makes logits of gigabytes; the user then decides. */
const longestWindow = 64

/** The text of a first case for a checkpoint of the user's, with a comment on every field. */
export function writeFirstCase(first: FirstCase): string {
  const { id, checkpoint, slidingWindow, layout } = first
  const quoted = (text: string) => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
  return `import { defineCase } from 'transformers-parity'

export default defineCase({
  // Names the case everywhere: parity run --case ${quoted(id)}. Recordings lie in references/recorded/<id>.
  id: ${quoted(id)},

  // A folder in Hugging Face layout, relative to this file, or 'hub:OWNER/NAME@REVISION'.
  checkpoint: ${quoted(checkpoint)},

  // The layout to test it in, made in a cache; leave it out to test the files as they are${layoutWords[layout]}.
  // relayout: { layout: '${layout === 'pruned' ? 'redundant' : 'pruned'}', dtype: 'bfloat16', shards: 2 },

  // Each prompt is token ids, plain text, or a chat that the checkpoint's own template renders.
  prompts: [
${formatPrompts(first).join('\n')}
  ],

  // Tokens of greedy generation through the KV cache, compared one by one.
  generate: 24,

  // A divergence that you know of and have reported: the case then passes as 'known', and fails once it is gone.
  // known: [{ engine: 'onnxruntime:webgpu', because: 'why it differs', link: 'https://example.org/issues/1' }],

  // Engines that take this case only under --nightly, because they are slow here.
  // nightly: ['onnxruntime:webgpu'],

  // For parity run --tag. The sliding window of this model is ${slidingWindow} tokens.
  tags: ['mine'],
})
`
}

const layoutWords = {
  pruned: ' (pruned: layers that share K/V carry none)',
  redundant: ' (redundant: layers that share K/V carry unused ones)',
  mixed: ' (mixed: some layers that share K/V carry unused ones)',
  none: '',
} as const

function formatPrompts({ hasTokenizer, hasChatTemplate, slidingWindow, vocabulary }: FirstCase): string[] {
  const ids = (count: number) => mixedTokens(count, vocabulary).join(', ')
  const beyond = slidingWindow + 8
  const long =
    slidingWindow <= longestWindow
      ? [`    // Longer than the sliding window.`, `    { id: 'long', tokens: [${ids(beyond)}] },`]
      : [
          `    // Longer than the sliding window of ${slidingWindow}, which finds most defects; its logits take ${((beyond * vocabulary * 8) / 1e9).toFixed(1)} GB in float64.`,
          `    // { id: 'long', tokens: Array.from({ length: ${beyond} }, (_, i) => (2 + i * 7919) % ${vocabulary}) },`,
        ]
  return [
    `    { id: 'one', tokens: [2] },`,
    ...(hasTokenizer
      ? [`    { id: 'text', text: 'The capital of France is' },`]
      : [`    { id: 'ids', tokens: [${ids(9)}] },`]),
    ...(hasChatTemplate ? [`    { id: 'chat', chat: [{ role: 'user', content: 'Why is the sky blue?' }] },`] : []),
    ...long,
  ]
}
