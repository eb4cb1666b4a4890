import { reason } from '../file-bytes.js'
import { TransientFault } from './retry.js'

/**
 * `fetch` that gives up after `silence` milliseconds without an answer or, later, without a byte of its body. The time
 * that the reader takes between two pieces does not count. Both ways of failing throw a TransientFault.
 */
export async function watchedFetch(
  address: string | URL,
  init: RequestInit,
  silence: number,
  signal: AbortSignal,
): Promise<Response> {
  const watch = new AbortController()
  const within = async <Result>(work: Promise<Result>): Promise<Result> => {
    const timer = setTimeout(() => {
      watch.abort()
    }, silence)
    try {
      return await work
    } catch (cause) {
      if (signal.aborted) throw cause
      const host = new URL(address).host
      if (watch.signal.aborted)
        throw new TransientFault(`${host} sent nothing for ${silence / 1000} s`, null, { cause })
      throw new TransientFault(`the connection to ${host} failed (${describe(cause)})`, null, { cause })
    } finally {
      clearTimeout(timer)
    }
  }

  const response = await within(fetch(address, { ...init, signal: AbortSignal.any([signal, watch.signal]) }))
  if (response.body === null) return response
  const reader = (response.body as ReadableStream<Uint8Array>).getReader()
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { value } = await within(reader.read())
        if (value === undefined) controller.close()
        else controller.enqueue(value)
      },
      cancel: (why) => reader.cancel(why),
    },
    { highWaterMark: 0 },
  )
  return new Response(body, { status: response.status, headers: response.headers })
}

/** `fetch` says only "fetch failed"; why is in its cause. */
function describe(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined
  return cause === undefined ? reason(error) : reason(cause)
}
