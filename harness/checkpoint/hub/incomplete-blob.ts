import { createHash, type Hash } from 'node:crypto'
import { constants } from 'node:fs'
import { open } from 'node:fs/promises'
import type { HubFile } from './list-repository.js'

/** A file on its way: its first `position` bytes, hashed as they come. */
export interface IncompleteBlob extends AsyncDisposable {
  readonly position: () => number
  readonly append: (bytes: Uint8Array) => Promise<void>
  /** From the first byte again. */
  readonly restart: () => void
  /** Cuts off what a longer attempt left, gets the bytes onto the disk, and gives their hash, in hexadecimal. */
  readonly finish: () => Promise<string>
}

const piece = 2 ** 20

/** Opens or makes the file, and hashes what it already has. */
export async function openIncompleteBlob(path: string, file: HubFile, signal: AbortSignal): Promise<IncompleteBlob> {
  const handle = await open(path, constants.O_RDWR | constants.O_CREAT)
  let hash = startHash(file)
  let position = 0
  try {
    const buffer = new Uint8Array(piece)
    const { size } = await handle.stat()
    while (size <= file.bytes && position < size && !signal.aborted) {
      const { bytesRead } = await handle.read(buffer, 0, piece, position)
      if (bytesRead === 0) break
      hash.update(buffer.subarray(0, bytesRead))
      position += bytesRead
    }
  } catch (error) {
    await handle.close()
    throw error
  }
  return {
    position: () => position,
    async append(bytes) {
      for (let done = 0; done < bytes.length;) {
        const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, position + done)
        done += bytesWritten
      }
      hash.update(bytes)
      position += bytes.length
    },
    restart() {
      hash = startHash(file)
      position = 0
    },
    async finish() {
      await handle.truncate(position)
      await handle.sync()
      return hash.copy().digest('hex')
    },
    [Symbol.asyncDispose]: () => handle.close(),
  }
}

/** Git hashes a header before the bytes: https://git-scm.com/book/en/v2/Git-Internals-Git-Objects */
function startHash({ hash, bytes }: HubFile): Hash {
  return hash === 'sha256' ? createHash('sha256') : createHash('sha1').update(`blob ${bytes}\0`)
}
