import { mkdir, rename, rm, stat } from 'node:fs/promises'
import { withFileLock } from '../../file-lock.js'
import type { HubClient } from './hub-client.js'
import { hubFault } from './hub-fault.js'
import { openIncompleteBlob } from './incomplete-blob.js'
import type { HubFile } from './list-repository.js'
import { receiveBytes, WrongContent } from './receive-bytes.js'
import type { RepositoryCache } from './repository-cache.js'
import { retry } from './retry.js'

/** Bytes of a blob that need not be fetched. */
export async function countCachedBytes(cache: RepositoryCache, file: HubFile): Promise<number> {
  if (await isComplete(cache, file)) return file.bytes
  const size = (await sizeOf(incompleteOf(cache, file))) ?? 0
  return size > file.bytes ? 0 : size
}

/**
 * Fetches a file of a commit into `blobs/`, going on where an earlier attempt stopped. It gets its name when all bytes
 * are there and their hash is right. `progress` is told how many are there.
 *
 * @throws ParityError PARITY_HUB; then `<blob>.incomplete` has good bytes to go on with, or is gone
 */
export async function fetchBlob(
  client: HubClient,
  cache: RepositoryCache,
  commit: string,
  file: HubFile,
  progress: (bytes: number) => void,
): Promise<void> {
  await mkdir(cache.blobs, { recursive: true })
  const incomplete = incompleteOf(cache, file)
  if (!(await isComplete(cache, file))) {
    await withFileLock(incomplete, client.signal, async () => {
      if (await isComplete(cache, file)) return
      try {
        await fill(client, commit, file, incomplete, progress)
        await rename(incomplete, cache.blob(file.etag))
      } finally {
        if ((await sizeOf(incomplete)) === 0) await rm(incomplete)
      }
    })
  }
  progress(file.bytes)
}

/** As huggingface_hub called it until it took a name of its own for every process, which cannot be resumed. */
const incompleteOf = (cache: RepositoryCache, { etag }: HubFile) => `${cache.blob(etag)}.incomplete`

const isComplete = async (cache: RepositoryCache, { etag, bytes }: HubFile) =>
  (await sizeOf(cache.blob(etag))) === bytes

const sizeOf = async (path: string) => (await stat(path).catch(() => undefined))?.size

async function fill(
  client: HubClient,
  commit: string,
  file: HubFile,
  path: string,
  progress: (bytes: number) => void,
): Promise<void> {
  const where = { reference: client.reference, file: file.name }
  await using blob = await openIncompleteBlob(path, file, client.signal)
  let furthest = blob.position()
  try {
    if (furthest < file.bytes) await retry(receive, where, client.patience, client.signal)
    const actual = await blob.finish()
    if (actual !== file.etag) throw new WrongContent(`its ${hashNames[file.hash]} is ${actual}, not ${file.etag}`)
  } catch (error) {
    if (!(error instanceof WrongContent)) throw error
    await rm(path, { force: true })
    throw hubFault(where, `${error.message}; what was fetched is removed`, wrongHint, error)
  }

  async function receive(progressed: () => void): Promise<void> {
    await receiveBytes(client, commit, file, blob, () => {
      const position = blob.position()
      if (position > furthest) progressed()
      furthest = Math.max(furthest, position)
      progress(position)
    })
  }
}

const hashNames = { sha256: 'SHA-256', git: 'git SHA-1' }
const wrongHint = 'Run it again. If it stays so, what HF_ENDPOINT serves is not what it lists: do not use it.'
