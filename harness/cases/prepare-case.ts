import { openCheckpoint } from '../checkpoint/checkpoint.js'
import { locateCheckpoint, type FetchProgress } from '../checkpoint/locate-checkpoint.js'
import { cachedRelayout } from '../checkpoint/relayout/cached-relayout.js'
import { checkTokens } from '../prompt/check-tokens.js'
import { preparePrompts } from '../prompt/prepare-prompts.js'
import type { Case, PreparedCase } from '../types.js'

/**
 * Fetches what is on the hub, writes the layout that the case asks for, and turns its prompts into token ids, once for
 * both sides.
 *
 * @throws ParityError where the checkpoint, its tokenizer or a prompt cannot be used
 */
export async function prepareCase(item: Case, signal: AbortSignal, progress: FetchProgress): Promise<PreparedCase> {
  const stored = await locateCheckpoint(item.checkpoint, signal, progress)
  const folder = item.relayout === undefined ? stored : await cachedRelayout(stored, item.relayout, signal)
  const { config } = await openCheckpoint(folder)
  const prompts = await preparePrompts(folder, item.prompts)
  checkTokens(config, prompts)
  const { id, generate, checks, known, nightly, suite, tags } = item
  return { id, generate, checks, known, nightly, suite, tags, folder, prompts }
}
