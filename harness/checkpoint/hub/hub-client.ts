import type { HubEnvironment } from './hub-environment.js'
import type { HubReference } from './hub-reference.js'
import { refuseAnswer } from './refuse-answer.js'
import { retry, type Patience } from './retry.js'
import { watchedFetch } from './watched-fetch.js'

/** Requests about one repository. */
export interface HubClient {
  readonly reference: HubReference
  readonly environment: HubEnvironment
  readonly patience: Patience
  readonly signal: AbortSignal
  /** One request, once. Throws TransientFault, or ParityError PARITY_HUB for an answer that is neither `ok` nor a 416. */
  readonly request: (address: string | URL, headers: Headers, file?: string) => Promise<Response>
  /** The `fetch` to give to @huggingface/hub: tried again, the body read whole. Only `ok` answers come back. */
  readonly fetch: typeof fetch
}

export function createHubClient(
  reference: HubReference,
  environment: HubEnvironment,
  patience: Patience,
  signal: AbortSignal,
): HubClient {
  const home = new URL(environment.endpoint).origin

  const request: HubClient['request'] = async (address, headers, file) => {
    headers.set('user-agent', 'transformers-parity')
    // Only to the hub itself, whatever address it names. `fetch` drops the header when it is redirected to another host.
    if (environment.token !== null && new URL(address).origin === home)
      headers.set('authorization', `Bearer ${environment.token}`)
    const response = await watchedFetch(address, { headers }, patience.silence, signal)
    if (response.ok || response.status === 416) return response
    throw await refuseAnswer(response, file === undefined ? { reference } : { reference, file }, environment)
  }

  return {
    reference,
    environment,
    patience,
    signal,
    request,
    fetch: (input, init) =>
      retry(
        async () => {
          const response = await request(input instanceof Request ? input.url : input, new Headers(init?.headers))
          return new Response(await response.text(), { headers: response.headers })
        },
        { reference },
        patience,
        signal,
      ),
  }
}
