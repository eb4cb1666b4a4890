import { setTimeout as sleep } from 'node:timers/promises'
import { hubFault, stopped } from './hub-fault.js'
import type { HubReference } from './hub-reference.js'

/** How long to wait for a hub. */
export interface Patience {
  /** Milliseconds without a single byte after which a request is given up. */
  readonly silence: number
  /** Milliseconds before the second attempt; each further one waits twice as long. */
  readonly pause: number
}

export const defaultPatience: Patience = { silence: 30_000, pause: 1_000 }

const attempts = 5
/** Seconds. A hub that wants to be left alone for longer has to be asked by hand. */
const longestRetryAfter = 120

/** What may be gone the next time: no connection, silence, 429, 5xx. */
export class TransientFault extends Error {
  constructor(
    message: string,
    /** What the hub asked for, in seconds. */
    readonly retryAfter: number | null,
    options?: { cause?: unknown },
  ) {
    super(message, options)
  }
}

/**
 * Runs `attempt` until it throws something else than a TransientFault or nothing, five times at the most; an attempt that
 * `progressed` makes the count begin anew, so that a large file outlives any number of broken connections.
 *
 * @throws ParityError PARITY_HUB with the last fault as its cause
 */
export async function retry<Result>(
  attempt: (progressed: () => void) => Promise<Result>,
  where: { readonly reference: HubReference; readonly file?: string },
  { pause }: Patience,
  signal: AbortSignal,
): Promise<Result> {
  for (let failed = 0; ;) {
    if (signal.aborted) throw stopped(where, signal)
    try {
      return await attempt(() => (failed = 0))
    } catch (cause) {
      if (signal.aborted) throw stopped(where, signal)
      if (!(cause instanceof TransientFault)) throw cause
      failed++
      const wait = cause.retryAfter ?? (pause * 2 ** (failed - 1)) / 1000
      if (wait > longestRetryAfter) throw hubFault(where, cause.message, `Run it again in ${wait} s.`, cause)
      if (failed === attempts) throw hubFault(where, `${cause.message}; tried ${attempts} times`, giveUp, cause)
      await sleep(wait * 1000, undefined, { signal }).catch(() => undefined)
    }
  }
}

const giveUp =
  'Check the connection and HF_ENDPOINT, and run it again: what is fetched stays. With HF_HUB_OFFLINE=1 only the cache is used.'
