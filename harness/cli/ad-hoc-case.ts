import { basename } from 'node:path'
import type { LoadedCase } from '../cases/load-cases.js'
import { openCheckpoint } from '../checkpoint/checkpoint.js'
import { identify } from '../checkpoint/identity.js'
import { knownTokens } from '../prompt/check-tokens.js'
import { mixedTokens } from '../prompt/mixed-tokens.js'
import { changedFiles, hasRecording, readProvenance } from '../trace/recording-store.js'
import type { StatedPrompt } from '../types.js'
import type { Project } from './project.js'

/** Long enough for a small window; a large one takes prompts of the user's own. */
const longestPrompt = 128

/** The cases of the project that were recorded from this very checkpoint, wherever it stands now. */
export async function recordedCasesOf(folder: string, { cases, recordings }: Project): Promise<LoadedCase[]> {
  const identity = await identify(folder)
  const found: LoadedCase[] = []
  for (const item of cases) {
    if ('tokenizer' in item || !hasRecording(recordings, item.id)) continue
    const isSame = changedFiles(await readProvenance(recordings, item.id), identity).length === 0
    // It is in the layout that was recorded already.
    if (isSame) found.push({ ...item, checkpoint: folder, relayout: undefined, nightly: undefined })
  }
  return found
}

/** A case for a checkpoint that no case is about: prompts of the user's, or one of 1, of 9 and of many tokens. */
export async function adHocCase(
  folder: string,
  prompts: readonly StatedPrompt[],
  generate: number,
): Promise<LoadedCase> {
  const { config } = await openCheckpoint(folder)
  const long = Math.min(2 * config.slidingWindow + 2, longestPrompt)
  const made = [1, 9, long].map((length) => ({
    id: `${length}-tokens`,
    tokens: mixedTokens(length, knownTokens(config)),
  }))
  const id = `checkpoint/${basename(folder).replace(/[^\w.-]/g, '-')}`
  return { id, checkpoint: folder, file: folder, prompts: prompts.length > 0 ? prompts : made, generate }
}
