import { basename, resolve } from 'node:path'
import type { LoadedCase } from '../cases/load-cases.js'
import { openCheckpoint } from '../checkpoint/checkpoint.js'
import { identify } from '../checkpoint/identity.js'
import { knownTokens } from '../prompt/check-tokens.js'
import { changedFiles, hasRecording, readProvenance } from '../trace/recording-store.js'
import type { Prompt } from '../types.js'
import type { Project } from './project.js'

/** Long enough for a small window; a large one takes prompts of the user's own. */
const longestPrompt = 128

/** The cases of the project that were recorded from this very checkpoint, wherever it stands now. */
export async function recordedCasesOf(folder: string, { cases, recordings }: Project): Promise<LoadedCase[]> {
  const identity = await identify(folder)
  const found: LoadedCase[] = []
  for (const item of cases.filter(({ id }) => hasRecording(recordings, id))) {
    const isSame = changedFiles(await readProvenance(recordings, item.id), identity).length === 0
    if (isSame) found.push({ ...item, folder: resolve(folder) })
  }
  return found
}

/** A case for a checkpoint that no case is about: prompts of the user's, or one of 1, of 9 and of many tokens. */
export async function adHocCase(
  folder: string,
  prompts: readonly (readonly number[])[],
  generate: number,
): Promise<LoadedCase> {
  const checkpoint = resolve(folder)
  const { config } = await openCheckpoint(checkpoint)
  const long = Math.min(2 * config.slidingWindow + 2, longestPrompt)
  const made = [1, 9, long].map((length) => ({
    id: `${length}-tokens`,
    tokens: mixedTokens(length, knownTokens(config)),
  }))
  const own = prompts.map((tokens, i): Prompt => ({ id: `prompt-${i + 1}`, tokens }))
  const id = `checkpoint/${basename(checkpoint).replace(/[^\w.-]/g, '-')}`
  return { id, checkpoint, folder: checkpoint, file: checkpoint, prompts: own.length > 0 ? own : made, generate }
}

/** Token ids from all over the vocabulary, the same at every run. */
const mixedTokens = (length: number, vocabulary: number): number[] =>
  Array.from({ length }, (_, i) => (2 + i * 2_654_435_761) % vocabulary)
