import { mkdir, statfs } from 'node:fs/promises'
import { hubFault } from './hub-fault.js'
import type { HubReference } from './hub-reference.js'

/** Throws PARITY_HUB if `bytes` more do not fit into the file system of a folder, which is made if need be. */
export async function checkSpace(reference: HubReference, folder: string, bytes: number): Promise<void> {
  await mkdir(folder, { recursive: true })
  const { bavail, bsize } = await statfs(folder)
  const free = bavail * bsize
  if (bytes <= free) return
  throw hubFault(
    { reference },
    `needs ${inGigabytes(bytes)} more, but ${folder} has ${inGigabytes(free)} free`,
    'Make room, or let HF_HUB_CACHE name a folder that has it.',
  )
}

const inGigabytes = (bytes: number) => `${(bytes / 1e9).toFixed(1)} GB`
