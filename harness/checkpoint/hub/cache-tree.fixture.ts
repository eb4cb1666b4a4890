import { readdir, readFile, readlink } from 'node:fs/promises'
import { join } from 'node:path'
import { commit, type HubServer } from './hub-server.fixture.js'

/**
 * Everything in a cache, one line a file, sorted: links with their target, files with their size, and short ones with
 * their text. Hashes are replaced by the names of the files they belong to, the commit by COMMIT.
 */
export async function drawCache(cache: string, hub: HubServer): Promise<string[]> {
  const entries = await readdir(cache, { recursive: true, withFileTypes: true }).catch(() => [])
  const lines = await Promise.all(
    entries
      .filter((entry) => !entry.isDirectory())
      .map(async (entry) => {
        const path = join(entry.parentPath, entry.name)
        const shown = path.slice(cache.length + 1).replaceAll('\\', '/')
        if (entry.isSymbolicLink()) return `${shown} -> ${await readlink(path)}`
        const content = await readFile(path)
        return shown.includes('/refs/') ? `${shown}: ${content.toString()}` : `${shown}: ${content.length}`
      }),
  )
  return lines.map((line) => name(line, hub)).sort()
}

function name(line: string, hub: HubServer): string {
  let named = line.replaceAll(commit, 'COMMIT').replace('models--google--tiny/', '')
  for (const [file, { etag }] of hub.files) named = named.replaceAll(etag, `<${file}>`)
  return named
}

/** Whether a line is about a file, or is no blob at all. */
export const isOf = (file: string, line: string): boolean => line.includes(`<${file}>`) || !line.startsWith('blobs/')
