import { join } from 'node:path'
import pLimit from 'p-limit'
import { checkSpace } from './check-space.js'
import { countCachedBytes, fetchBlob } from './fetch-blob.js'
import type { HubClient } from './hub-client.js'
import { listRepository, type HubFile } from './list-repository.js'
import { planFiles, planShards } from './plan-files.js'
import { readShardNames } from './read-shard-names.js'
import type { RepositoryCache } from './repository-cache.js'

/** Told which file just grew, and the bytes there and needed over all files. */
export type FetchProgress = (event: { readonly file: string; readonly done: number; readonly total: number }) => void

/** Files fetched at a time: enough to fill a line, few enough to be no burden. */
const concurrency = 4

/** Fetches into `blobs/` what is needed of a commit, and says which files that is. `failed` ends all when one fails. */
export async function fetchFiles(
  client: HubClient,
  cache: RepositoryCache,
  commit: string,
  failed: AbortController,
  progress: FetchProgress = () => undefined,
): Promise<HubFile[]> {
  const { reference } = client
  const listing = await listRepository(client, commit)
  const { files, index } = planFiles(reference, listing)
  const shards: HubFile[] = []
  if (index !== null) {
    // It says how much there is to fetch, so it comes before the space for that is checked.
    await fetchBlob(client, cache, commit, index, () => undefined)
    const shown = join(cache.snapshot(commit), index.name)
    shards.push(...planShards(reference, listing, await readShardNames(cache.blob(index.etag), shown)))
  }

  const needed = [...files, ...shards]
  const there = new Map<string, number>()
  for (const file of needed) there.set(file.name, await countCachedBytes(cache, file))
  const total = needed.reduce((sum, { bytes }) => sum + bytes, 0)
  const countDone = () => [...there.values()].reduce((sum, bytes) => sum + bytes, 0)
  await checkSpace(reference, cache.blobs, total - countDone())

  const failures: unknown[] = []
  const limit = pLimit(concurrency)
  const fetchOne = async (file: HubFile): Promise<void> => {
    if (failed.signal.aborted) return
    try {
      await fetchBlob(client, cache, commit, file, (bytes) => {
        there.set(file.name, bytes)
        progress({ file: file.name, done: countDone(), total })
      })
    } catch (error) {
      failures.push(error)
      failed.abort()
    }
  }
  await Promise.all(needed.map((file) => limit(fetchOne, file)))
  if (failures.length > 0) throw failures[0]
  return needed
}
