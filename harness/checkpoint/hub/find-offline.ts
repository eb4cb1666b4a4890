import { readFile } from 'node:fs/promises'
import { REGEX_COMMIT_HASH } from '@huggingface/hub'
import { reason } from '../file-bytes.js'
import { hubFault } from './hub-fault.js'
import { inspectSnapshot } from './inspect-snapshot.js'
import type { HubReference } from './hub-reference.js'
import type { RepositoryCache } from './repository-cache.js'

/**
 * Folder of the snapshot in the cache, without asking the hub. @huggingface/hub always asks it.
 *
 * @throws ParityError PARITY_HUB naming what is not there
 */
export async function findOffline(reference: HubReference, cache: RepositoryCache): Promise<string> {
  const { revision } = reference
  const commit = REGEX_COMMIT_HASH.test(revision) ? revision : await readRef(reference, cache)
  const { missing } = await inspectSnapshot(cache, commit)
  if (missing.length === 0) return cache.snapshot(commit)
  const what = `HF_HUB_OFFLINE is set, and the cache lacks ${missing.join(', ')} of ${cache.snapshot(commit)}`
  throw hubFault({ reference }, what, onlineOnce)
}

async function readRef(reference: HubReference, cache: RepositoryCache): Promise<string> {
  const file = cache.ref(reference.revision)
  const commit = await readFile(file, 'utf8').catch((cause: unknown) => {
    const what = `HF_HUB_OFFLINE is set, and the cache has no ${file} (${reason(cause)}) that says which commit it is`
    throw hubFault({ reference }, what, onlineOnce, cause)
  })
  if (REGEX_COMMIT_HASH.test(commit.trim())) return commit.trim()
  throw hubFault({ reference }, `${file} does not hold a commit`, 'Remove it, and run once without HF_HUB_OFFLINE.')
}

const onlineOnce = 'Run it once without HF_HUB_OFFLINE, or point HF_HOME or HF_HUB_CACHE at the cache that has it.'
