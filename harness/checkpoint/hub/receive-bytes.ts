import type { HubClient } from './hub-client.js'
import type { IncompleteBlob } from './incomplete-blob.js'
import type { HubFile } from './list-repository.js'
import { TransientFault } from './retry.js'

/** What came is not the file that was listed. */
export class WrongContent extends Error {}

/**
 * One request for the bytes that are missing, appended as they come. A server that does not answer with the range that
 * was asked for starts the file over. No `If-Range`: a commit's content does not change, and a hash is checked at the end.
 *
 * @throws WrongContent where the size is not the listed one; TransientFault where the rest may come the next time
 */
export async function receiveBytes(
  { reference, environment, request }: HubClient,
  commit: string,
  file: HubFile,
  blob: IncompleteBlob,
  received: () => void,
): Promise<void> {
  const { owner, name } = reference
  const address = `${environment.endpoint}/${owner}/${name}/resolve/${commit}/${encodeURIComponent(file.name)}`
  const start = blob.position()
  const headers = new Headers({ 'accept-encoding': 'identity' })
  if (start > 0) headers.set('range', `bytes=${start}-`)
  const response = await request(address, headers, file.name)
  try {
    checkRange(response, start, file, blob)
    for await (const piece of (response.body ?? []) as AsyncIterable<Uint8Array>) {
      if (blob.position() + piece.length > file.bytes) throw wrongSize(`more than ${file.bytes}`, file)
      await blob.append(piece)
      received()
    }
  } finally {
    // Nothing happens where it was read to its end.
    await response.body?.cancel().catch(() => undefined)
  }
  if (blob.position() < file.bytes)
    throw new TransientFault(`the connection ended at byte ${blob.position()} of ${file.bytes}`, null)
}

/** Leaves the blob where the answer begins. */
function checkRange({ status, headers }: Response, start: number, file: HubFile, blob: IncompleteBlob): void {
  if (status === 206) {
    const [, first, total] = /^bytes (\d+)-\d+\/(\d+)$/.exec(headers.get('content-range') ?? '') ?? []
    if (total !== undefined && Number(total) !== file.bytes) throw wrongSize(total, file)
    if (start > 0 && Number(first) === start) return
    blob.restart()
    throw new TransientFault(`the hub answers another range than was asked for`, null)
  }
  blob.restart()
  if (status === 416) throw new TransientFault(`the hub does not have the range that was asked for`, null)
  const length = headers.get('content-length')
  if (length !== null && Number(length) !== file.bytes) throw wrongSize(length, file)
}

const wrongSize = (actual: string, { bytes }: HubFile) =>
  new WrongContent(`it has ${actual} bytes, not the ${bytes} that the hub lists`)
