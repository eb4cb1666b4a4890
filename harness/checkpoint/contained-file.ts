import { realpath, stat } from 'node:fs/promises'
import { basename, dirname, join, sep } from 'node:path'
import { reason } from './file-bytes.js'
import { unusable } from './unusable.js'

/**
 * Real path of a file of a checkpoint folder, or `undefined` if there is none. Throws PARITY_CHECKPOINT for a link out of
 * the folder, unless it is one of a Hugging Face cache: from `snapshots/<revision>/` into `blobs/` of the same repository.
 */
export async function findContainedFile(folder: string, name: string): Promise<string | undefined> {
  const path = join(folder, name)
  const file = await realpath(path).catch((cause: unknown) => {
    if (reason(cause) === 'ENOENT' || reason(cause) === 'ENOTDIR') return undefined
    throw unusable(path, `cannot be found (${reason(cause)})`, 'Check the path and its permissions.', cause)
  })
  if (file === undefined) return undefined
  if (!(await stat(file)).isFile()) throw unusable(path, 'is not a file', 'A checkpoint consists of plain files.')

  const home = await realpath(folder)
  const homes = [home, ...blobFolders(home)]
  if (homes.some((allowed) => file.startsWith(allowed.endsWith(sep) ? allowed : allowed + sep))) return file
  throw unusable(path, `links to ${file}, outside the checkpoint's folder`, 'Copy the file into the folder.')
}

/** `blobs` of a Hugging Face cache, for a folder at or below `snapshots/<revision>`. */
function blobFolders(folder: string): string[] {
  const above = dirname(folder)
  if (above === folder) return []
  return basename(above) === 'snapshots' ? [join(dirname(above), 'blobs')] : blobFolders(above)
}
