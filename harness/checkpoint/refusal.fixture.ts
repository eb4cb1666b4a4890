import { mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { ParityError } from '../errors.js'

/** Real path of a folder that is removed when the test is over. */
export async function temporaryFolder(): Promise<string> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'parity-checkpoint-')))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

/** Code and message of the ParityError that `promise` must end with; `folder` is shown as `FOLDER`. */
export async function refusal(promise: Promise<unknown>, folder = '/no folder'): Promise<string> {
  const error = await promise.then(
    () => new Error('nothing was refused'),
    (reason: unknown) => reason,
  )
  if (!ParityError.is(error)) throw error
  return `${error.code} ${error.message}`.replaceAll(folder, 'FOLDER')
}
