import { join } from 'node:path'
import { getRepoFolderName } from '@huggingface/hub'
import type { HubReference } from './hub-reference.js'

/**
 * Where things of one repository lie in the standard cache, shared with Python's huggingface_hub:
 * https://huggingface.co/docs/huggingface_hub/guides/manage-cache
 */
export interface RepositoryCache {
  /** The bytes of a file, named after their hash. */
  readonly blob: (etag: string) => string
  readonly blobs: string
  /** One link a file into `blobs/`. */
  readonly snapshot: (commit: string) => string
  /** Holds the commit that a branch or tag pointed to when last asked. */
  readonly ref: (revision: string) => string
  /** An empty file here says that the repository has no such file in that commit. */
  readonly absent: (commit: string, name: string) => string
}

export function locateRepository(cache: string, { owner, name }: HubReference): RepositoryCache {
  const folder = join(cache, getRepoFolderName({ type: 'model', name: `${owner}/${name}` }))
  const blobs = join(folder, 'blobs')
  return {
    blobs,
    blob: (etag) => join(blobs, etag),
    snapshot: (commit) => join(folder, 'snapshots', commit),
    ref: (revision) => join(folder, 'refs', revision),
    absent: (commit, name) => join(folder, '.no_exist', commit, name),
  }
}
