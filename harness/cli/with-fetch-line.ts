import { createLogUpdate } from 'log-update'
import { locateCheckpoint, type FetchProgress } from '../checkpoint/locate-checkpoint.js'
import { describeFetch } from './describe-fetch.js'

/** Shows what is fetched from the hub meanwhile, on a terminal's stderr, unless JSON is wanted. */
export async function withFetchLine<T>(isQuiet: boolean, work: (progress: FetchProgress) => Promise<T>): Promise<T> {
  const update = process.stderr.isTTY && !isQuiet ? createLogUpdate(process.stderr) : null
  try {
    return await work((progress) => update?.(describeFetch(progress)))
  } finally {
    update?.clear()
  }
}

/** Folder of a checkpoint named on the command line. */
export const locateForCommand = (checkpoint: string, isQuiet: boolean): Promise<string> =>
  withFetchLine(isQuiet, (progress) => locateCheckpoint(checkpoint, new AbortController().signal, progress))
