import { randomUUID } from 'node:crypto'
import { constants } from 'node:fs'
import { copyFile, mkdir, rename, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { writeFileAtomically } from '../../write-file.js'
import type { HubFile } from './list-repository.js'
import type { RepositoryCache } from './repository-cache.js'
import { sideFiles, singleWeights, weightsIndex } from './wanted-files.js'

/**
 * Makes a commit visible, once all its blobs are there: what it lacks first, what makes it a checkpoint last, so that
 * one that looks complete is complete. `makeLink` is `symlink`, but for systems where that fails.
 */
export async function linkSnapshot(
  cache: RepositoryCache,
  commit: string,
  files: readonly HubFile[],
  makeLink: (target: string, path: string) => Promise<void> = symlink,
): Promise<void> {
  const snapshot = cache.snapshot(commit)
  for (const name of sideFiles) {
    if (!files.some((file) => file.name === name)) await markAbsent(cache.absent(commit, name))
  }
  await mkdir(snapshot, { recursive: true })
  const essential = ['config.json', singleWeights, weightsIndex]
  const last = ({ name }: HubFile) => essential.indexOf(name)
  for (const file of files.toSorted((one, other) => last(one) - last(other))) {
    await linkBlob(cache.blob(file.etag), join(snapshot, file.name), file.bytes, makeLink)
  }
}

/** Remembers where a branch or tag points to; a commit needs no such note. */
export async function writeRef(cache: RepositoryCache, revision: string, commit: string): Promise<void> {
  if (revision === commit) return
  await mkdir(dirname(cache.ref(revision)), { recursive: true })
  await writeFileAtomically(cache.ref(revision), commit)
}

/** A relative link, so that the cache can be moved; a copy where links cannot be made (Windows without its developer mode). */
async function linkBlob(
  blob: string,
  path: string,
  bytes: number,
  makeLink: (target: string, path: string) => Promise<void>,
): Promise<void> {
  if ((await stat(path).catch(() => undefined))?.size === bytes) return
  const temporary = `${path}.${randomUUID()}.tmp`
  try {
    await makeLink(relative(dirname(path), blob), temporary).catch(() =>
      copyFile(blob, temporary, constants.COPYFILE_FICLONE),
    )
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
}

async function markAbsent(path: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, '')
}
