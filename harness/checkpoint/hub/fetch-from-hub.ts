import { REGEX_COMMIT_HASH } from '@huggingface/hub'
import { ParityError } from '../../errors.js'
import { reason } from '../file-bytes.js'
import { fetchFiles, type FetchProgress } from './fetch-files.js'
import { findOffline } from './find-offline.js'
import { createHubClient } from './hub-client.js'
import { readHubEnvironment } from './hub-environment.js'
import { hubFault, stopped } from './hub-fault.js'
import { inspectSnapshot } from './inspect-snapshot.js'
import { linkSnapshot, writeRef } from './link-snapshot.js'
import { resolveCommit } from './list-repository.js'
import type { HubReference } from './hub-reference.js'
import { locateRepository } from './repository-cache.js'
import { defaultPatience, type Patience } from './retry.js'

export type { FetchProgress }

export interface HubOptions {
  readonly signal: AbortSignal
  readonly progress?: FetchProgress
  /** In place of `process.env`. */
  readonly variables?: Readonly<Record<string, string | undefined>>
  readonly patience?: Patience
}

/**
 * Folder of a checkpoint of the hub in the standard cache, ready for `readCheckpoint`; what is not there is fetched. A
 * commit that is there whole needs no network, a branch or tag one small request.
 *
 * Of @huggingface/hub come requests for commit and listing, and the names of the cache. Written by hand is what its
 * `snapshotDownload` does not do: choose files, resume, check hashes, wait for another process, work offline.
 *
 * @throws ParityError PARITY_HUB for a hub that refuses or fails, wrong content, a full disk or an abort;
 *   PARITY_CHECKPOINT for a repository that holds no checkpoint; PARITY_USAGE for an environment that makes no sense
 */
export async function fetchFromHub(reference: HubReference, options: HubOptions): Promise<string> {
  const { signal, progress, variables, patience = defaultPatience } = options
  const environment = await readHubEnvironment(variables)
  const cache = locateRepository(environment.cache, reference)
  if (environment.offline) return findOffline(reference, cache)

  const { revision } = reference
  const failed = new AbortController()
  const client = createHubClient(reference, environment, patience, AbortSignal.any([signal, failed.signal]))
  try {
    const commit = REGEX_COMMIT_HASH.test(revision) ? revision : await resolveCommit(client)
    const { missing, unknown } = await inspectSnapshot(cache, commit)
    if (missing.length > 0 || unknown.length > 0)
      await linkSnapshot(cache, commit, await fetchFiles(client, cache, commit, failed, progress))
    await writeRef(cache, revision, commit)
    return cache.snapshot(commit)
  } catch (cause) {
    if (ParityError.is(cause)) throw cause
    if (signal.aborted) throw stopped({ reference }, signal)
    const what = `the cache in ${environment.cache} cannot be used (${reason(cause)})`
    throw hubFault({ reference }, what, 'Check its permissions and its disk, or set HF_HUB_CACHE.', cause)
  }
}
