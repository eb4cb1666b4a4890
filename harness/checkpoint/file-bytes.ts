import { constants } from 'node:buffer'
import { open, type FileHandle } from 'node:fs/promises'
import { damagedHint, unusable } from './unusable.js'

const piece = 2 ** 28

/** Opens a file for reading while `use` runs. */
export async function withFile<Result>(path: string, use: (handle: FileHandle) => Promise<Result>): Promise<Result> {
  const handle = await open(path).catch((cause: unknown) => {
    throw unusable(path, `cannot be opened (${reason(cause)})`, 'Check the path and its permissions.', cause)
  })
  try {
    return await use(handle)
  } finally {
    await handle.close()
  }
}

/** Reads exactly `bytes` bytes from `position`. Throws PARITY_CHECKPOINT if the file ends before. */
export async function readBytes(
  handle: FileHandle,
  path: string,
  position: number,
  bytes: number,
): Promise<ArrayBuffer> {
  if (bytes > constants.MAX_LENGTH) {
    throw unusable(path, `${bytes} bytes are more than Node.js can hold at once`, 'Read the tensor row by row.')
  }
  const buffer = new ArrayBuffer(bytes)
  for (let done = 0; done < bytes;) {
    const target = new Uint8Array(buffer, done, Math.min(piece, bytes - done))
    const { bytesRead } = await handle.read(target, 0, target.length, position + done)
    if (bytesRead === 0) throw unusable(path, `ends at byte ${position + done}, in the middle of a tensor`, damagedHint)
    done += bytesRead
  }
  return buffer
}

/** An error in a few words: `ENOENT`, or its message. */
export function reason(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause)
  return 'code' in cause && typeof cause.code === 'string' ? cause.code : cause.message
}
