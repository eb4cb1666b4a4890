import { randomUUID } from 'node:crypto'
import { mkdir, readdir, realpath, rename, rm, rmdir, stat } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { ParityError } from '../../errors.js'
import { reason } from '../file-bytes.js'

/**
 * Real path of a folder that can be made: it does not exist or is empty, and the one above it exists. Throws PARITY_USAGE.
 */
export async function checkDestination(destination: string, source: string): Promise<string> {
  const path = resolve(destination)
  const home = await realpath(dirname(path)).catch(() => undefined)
  if (home === undefined) {
    const hint = `mkdir -p '${dirname(path)}'`
    throw new ParityError('PARITY_USAGE', `${path}: the folder that it should stand in does not exist`, hint)
  }
  const folder = (await realpath(path).catch(() => undefined)) ?? join(home, basename(path))
  const hint = 'Name a folder that does not exist yet, or is empty.'
  if (folder === (await realpath(source).catch(() => source))) {
    throw new ParityError('PARITY_USAGE', `${path}: source and destination are the same folder`, hint)
  }
  const found = await stat(folder).catch(() => undefined)
  if (found?.isDirectory() === false) throw new ParityError('PARITY_USAGE', `${path}: is not a folder`, hint)
  if (found !== undefined && (await readdir(folder)).length > 0) {
    throw new ParityError('PARITY_USAGE', `${path}: is not empty`, hint)
  }
  return folder
}

/**
 * Has `write` fill a temporary folder, which then becomes `folder`. Whatever fails, an abort included, leaves nothing
 * behind. Throws PARITY_CHECKPOINT where the system refuses to write.
 */
export async function writeWholeFolder<Result>(
  folder: string,
  write: (temporary: string) => Promise<Result>,
): Promise<Result> {
  const temporary = join(dirname(folder), `.${basename(folder)}.${randomUUID()}.tmp`)
  try {
    await mkdir(temporary)
    const result = await write(temporary)
    // An empty folder that stands there is replaced; not every system does so by itself.
    await rmdir(folder).catch(() => undefined)
    await rename(temporary, folder)
    return result
  } catch (error) {
    await rm(temporary, { recursive: true, force: true })
    throw isSystemError(error) ? cannotWrite(folder, error) : error
  }
}

const isSystemError = (error: unknown): boolean =>
  error instanceof Error && !ParityError.is(error) && 'syscall' in error && 'code' in error

function cannotWrite(folder: string, cause: unknown): ParityError {
  const hint = 'Check the permissions of the folder above it, and the space that is left.'
  return new ParityError('PARITY_CHECKPOINT', `${folder}: cannot be written (${reason(cause)})`, hint, { cause })
}
