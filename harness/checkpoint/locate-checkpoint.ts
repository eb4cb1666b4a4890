import { resolve } from 'node:path'
import { fetchFromHub, type FetchProgress } from './hub/fetch-from-hub.js'
import { parseHubReference } from './hub/hub-reference.js'

export type { FetchProgress }

/** Absolute folder of a checkpoint, fetched first where it is named `hub:OWNER/NAME@REVISION`. */
export async function locateCheckpoint(
  checkpoint: string,
  signal: AbortSignal,
  progress: FetchProgress,
): Promise<string> {
  const reference = parseHubReference(checkpoint)
  return reference === null ? resolve(checkpoint) : fetchFromHub(reference, { signal, progress })
}
