import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { findContainedFile } from '../contained-file.js'
import { readShardNames } from './read-shard-names.js'
import type { RepositoryCache } from './repository-cache.js'
import { sideFiles, singleWeights, weightsIndex } from './wanted-files.js'

/** What the cache has of a commit. */
export interface CachedSnapshot {
  /** Without these it is no checkpoint. */
  readonly missing: readonly string[]
  /** The repository may or may not have these: nobody has asked yet. */
  readonly unknown: readonly string[]
}

/** Looks at the cache alone. Throws PARITY_CHECKPOINT for an index of weights that cannot be used. */
export async function inspectSnapshot(cache: RepositoryCache, commit: string): Promise<CachedSnapshot> {
  const folder = cache.snapshot(commit)
  const isThere = async (name: string) => (await findContainedFile(folder, name)) !== undefined
  const isKnown = async (name: string) =>
    (await isThere(name)) || (await stat(cache.absent(commit, name)).catch(() => undefined)) !== undefined

  const missing: string[] = []
  for (const name of ['config.json', ...(await listWeights(folder))]) if (!(await isThere(name))) missing.push(name)
  const unknown: string[] = []
  for (const name of sideFiles) if (!missing.includes(name) && !(await isKnown(name))) unknown.push(name)
  return { missing, unknown }
}

async function listWeights(folder: string): Promise<string[]> {
  if ((await findContainedFile(folder, singleWeights)) !== undefined) return [singleWeights]
  const index = await findContainedFile(folder, weightsIndex)
  return index === undefined ? [singleWeights] : readShardNames(index, join(folder, weightsIndex))
}
