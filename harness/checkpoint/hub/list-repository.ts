import { listFiles, modelInfo } from '@huggingface/hub'
import { z } from 'zod'
import { ParityError } from '../../errors.js'
import type { HubClient } from './hub-client.js'
import { hubFault } from './hub-fault.js'

/** A file of a commit. */
export interface HubFile {
  readonly name: string
  readonly bytes: number
  /** Its name in `blobs/`: the hash of its content. */
  readonly etag: string
  /** `sha256` of the bytes for a file in large file storage, else `git`: SHA-1 of git's header and the bytes. */
  readonly hash: 'sha256' | 'git'
}

// What becomes part of a path is checked here, once.
const commitSchema = z.string().regex(/^[0-9a-f]{40}$/)
const sha256Schema = z.string().regex(/^[0-9a-f]{64}$/)
const bytesSchema = z.int().nonnegative()
const fileSchema = z.union([
  z.object({ path: z.string(), lfs: z.object({ oid: sha256Schema, size: bytesSchema }) }),
  z.object({ path: z.string(), lfs: z.undefined().optional(), oid: commitSchema, size: bytesSchema }),
])

/** The commit that a branch or tag points to. */
export async function resolveCommit(client: HubClient): Promise<string> {
  const { reference, environment, fetch } = client
  const name = `${reference.owner}/${reference.name}`
  const request = { name, revision: reference.revision, additionalFields: ['sha' as const] }
  return understand(client, async () => {
    const { sha } = await modelInfo({ ...request, hubUrl: environment.endpoint, fetch })
    return commitSchema.parse(sha)
  })
}

/** The files at the top of a commit, by name. */
export async function listRepository(client: HubClient, commit: string): Promise<ReadonlyMap<string, HubFile>> {
  const { reference, environment, fetch } = client
  const repo = { type: 'model' as const, name: `${reference.owner}/${reference.name}` }
  return understand(client, async () => {
    const files = new Map<string, HubFile>()
    for await (const entry of listFiles({ repo, revision: commit, hubUrl: environment.endpoint, fetch })) {
      if (entry.type !== 'file') continue
      const file = fileSchema.parse(entry)
      files.set(
        file.path,
        file.lfs === undefined
          ? { name: file.path, bytes: file.size, etag: file.oid, hash: 'git' }
          : { name: file.path, bytes: file.lfs.size, etag: file.lfs.oid, hash: 'sha256' },
      )
    }
    return files
  })
}

async function understand<Result>({ reference }: HubClient, ask: () => Promise<Result>): Promise<Result> {
  try {
    return await ask()
  } catch (cause) {
    if (ParityError.is(cause)) throw cause
    throw hubFault({ reference }, 'the hub’s answer is not what a hub answers', 'Is HF_ENDPOINT a hub?', cause)
  }
}
