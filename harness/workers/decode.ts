import { argmax } from '../trace/logits.js'
import type { Observation } from '../types.js'

/** Logits behind one position, in no smaller a type than the engine computed them in. */
export type Row = Float32Array | Float64Array

/** What came of a prompt. */
export interface Decoded {
  readonly tokens: readonly number[]
  /** Behind each token of the prompt. */
  readonly rows: readonly Row[]
  /** Behind each token fed after it: of a generation one fewer than were chosen. */
  readonly steps: readonly Row[]
}

/** Feeds tokens behind those before, by a cache of its own. */
export type Feed = (tokens: readonly number[]) => Promise<readonly Row[]>

/** What an observation asks of one prompt, made of passes: prefill in pieces, then tokens chosen or given one by one. */
export async function decode(
  feed: Feed,
  prompt: readonly number[],
  given: readonly number[],
  { cache, chunk, generate }: Pick<Observation, 'cache' | 'chunk' | 'generate'>,
): Promise<Decoded> {
  if (!cache) {
    const all = await feed([...prompt, ...given])
    return { tokens: [], rows: all.slice(0, prompt.length), steps: all.slice(prompt.length) }
  }
  const rows: Row[] = []
  for (const piece of inPieces(prompt, chunk)) rows.push(...(await feed(piece)))
  const steps: Row[] = []
  const tokens: number[] = []
  while (tokens.length < generate) {
    if (tokens.length > 0) steps.push(...(await feed(tokens.slice(-1))))
    tokens.push(argmax(steps.at(-1) ?? rows[rows.length - 1]))
  }
  for (const token of given) steps.push(...(await feed([token])))
  return { tokens, rows, steps }
}

function inPieces(prompt: readonly number[], chunk: number | null): readonly (readonly number[])[] {
  const size = chunk ?? prompt.length
  const count = Math.ceil(prompt.length / size)
  return Array.from({ length: count }, (_, i) => prompt.slice(i * size, (i + 1) * size))
}
