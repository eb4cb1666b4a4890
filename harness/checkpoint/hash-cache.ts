import { createHash } from 'node:crypto'
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { writeFileAtomically } from '../write-file.js'

const inMemory = new Map<string, string>()

/** The hash remembered under a key, if there is one. */
export async function recallHash(cacheFolder: string, key: string): Promise<string | undefined> {
  const entry = entryOf(cacheFolder, key)
  const known = inMemory.get(entry)
  if (known !== undefined) return known
  const text = await readFile(entry, 'utf8').catch(() => '')
  if (!/^[0-9a-f]{64}$/.test(text)) return undefined
  inMemory.set(entry, text)
  return text
}

/** Keeps a hash, one file an entry, written in one step. A cache that cannot be written costs time, nothing else. */
export async function rememberHash(cacheFolder: string, key: string, hash: string): Promise<void> {
  const entry = entryOf(cacheFolder, key)
  inMemory.set(entry, hash)
  await mkdir(join(cacheFolder, 'sha256'), { recursive: true })
    .then(() => writeFileAtomically(entry, hash))
    .catch(() => undefined)
}

function entryOf(cacheFolder: string, key: string): string {
  return join(cacheFolder, 'sha256', createHash('sha256').update(key).digest('hex'))
}
