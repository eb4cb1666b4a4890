import { ParityError } from '../../errors.js'
import { formatHubReference, type HubReference } from './hub-reference.js'

/** The hub, the way to it or the cache failed; the message begins with the checkpoint and, if there is one, the file. */
export function hubFault(
  { reference, file }: { readonly reference: HubReference; readonly file?: string | undefined },
  what: string,
  hint: string,
  cause?: unknown,
): ParityError {
  const where = formatHubReference(reference) + (file === undefined ? '' : `: ${file}`)
  return new ParityError('PARITY_HUB', `${where}: ${what}`, hint, cause === undefined ? undefined : { cause })
}

/** Fetching goes on where it stopped, so stopping it loses nothing. */
export const stopped = (where: Parameters<typeof hubFault>[0], signal: AbortSignal): ParityError =>
  hubFault(where, 'fetching it was stopped', 'Run it again: it goes on with the bytes that are there.', signal.reason)
