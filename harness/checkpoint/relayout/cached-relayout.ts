import { createHash, randomUUID } from 'node:crypto'
import { mkdir, readdir, readFile, realpath, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { cacheFolder } from '../../cache-folder.js'
import type { Relayout } from '../../types.js'
import { identify } from '../identity.js'
import { findOtherFiles } from './other-files.js'
import { relayout } from './relayout.js'

/** Counts up when the same wish gives other bytes. */
const formatVersion = 1

/** Hashes of what a folder of the cache holds; it is written last, and its leading dot keeps it out of copies. */
const manifest = '.relayout.json'

const underWay = new Map<string, Promise<string>>()

/**
 * Folder of a checkpoint written another way, made at the first call and kept in the cache folder; the source itself where
 * nothing is wanted. Each use compares the kept files with their hashes, and makes a damaged folder again. Processes may
 * ask at the same time. Throws as `relayout` does.
 */
export async function cachedRelayout(source: string, wanted: Relayout, signal?: AbortSignal): Promise<string> {
  if (Object.values(wanted).every((value) => value === undefined)) return resolve(source)
  const folder = join(cacheFolder(), 'relayouts', await keyOf(source, wanted))
  const making = underWay.get(folder) ?? findOrMake(folder, source, wanted, signal)
  underWay.set(folder, making)
  try {
    return await making
  } finally {
    underWay.delete(folder)
  }
}

async function keyOf(source: string, wanted: Relayout): Promise<string> {
  const wishes = Object.entries(wanted).filter(([, value]) => value !== undefined)
  const parts = [
    formatVersion,
    await hashesOf(resolve(source)),
    wishes.sort(([one], [other]) => (one < other ? -1 : 1)),
  ]
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32)
}

/** SHA-256 of every file of a checkpoint that a relayout reads or writes, hexadecimal, by name. */
async function hashesOf(folder: string): Promise<Readonly<Record<string, string>>> {
  const { config, weights } = await identify(folder)
  const hashes: Record<string, string> = { 'config.json': config, ...weights }
  const index = 'model.safetensors.index.json'
  const { copied } = await findOtherFiles(folder, Object.keys(weights))
  const indexFile = Object.keys(weights).length > 1 ? [[index, join(folder, index)] as const] : []
  for (const [name, file] of [...copied, ...indexFile]) {
    hashes[name] = createHash('sha256')
      .update(await readFile(file))
      .digest('hex')
  }
  return hashes
}

async function findOrMake(folder: string, source: string, wanted: Relayout, signal?: AbortSignal): Promise<string> {
  if (await isWhole(folder)) return folder
  const shelf = resolve(folder, '..')
  await mkdir(shelf, { recursive: true })
  await sweep(shelf)

  const made = join(await realpath(shelf), `.${randomUUID()}.new`)
  try {
    await relayout(source, made, wanted, undefined, { signal })
    await writeFile(join(made, manifest), JSON.stringify(await hashesOf(made)))
    // Another process may have been faster, and its folder may be in use.
    if (await isWhole(folder)) return folder
    await rename(folder, `${made}.damaged`).catch(ignore('ENOENT'))
    await rename(made, folder).catch(ignore('ENOTEMPTY', 'EEXIST', 'EPERM'))
    return folder
  } finally {
    for (const rest of [made, `${made}.damaged`]) await rm(rest, { recursive: true, force: true })
  }
}

/** Whether a folder holds what was written there, bit for bit. */
async function isWhole(folder: string): Promise<boolean> {
  const stated = await readFile(join(folder, manifest), 'utf8').catch(() => undefined)
  if (stated === undefined) return false
  const found = await hashesOf(folder).catch(() => undefined)
  return found !== undefined && JSON.stringify(found) === stated
}

/** Removes what a process left that was killed while it wrote, at least a day ago. */
async function sweep(shelf: string): Promise<void> {
  for (const name of (await readdir(shelf)).filter((each) => each.startsWith('.'))) {
    const left = await stat(join(shelf, name)).catch(() => undefined)
    if (left === undefined || Date.now() - left.mtimeMs < 86_400_000) continue
    await rm(join(shelf, name), { recursive: true, force: true })
  }
}

const ignore =
  (...codes: readonly string[]) =>
  (error: NodeJS.ErrnoException): void => {
    if (!codes.includes(error.code ?? '')) throw error
  }
