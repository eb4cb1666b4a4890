import type { ParityError } from '../../errors.js'
import type { HubEnvironment } from './hub-environment.js'
import { hubFault } from './hub-fault.js'
import type { HubReference } from './hub-reference.js'
import { TransientFault } from './retry.js'

/** What was asked for. */
export interface Asked {
  readonly reference: HubReference
  readonly file?: string
}

/**
 * Turns an answer that is not the wanted one into the error to throw: a TransientFault for what may pass, else a
 * PARITY_HUB. The hub says more than the status in `X-Error-Code` and `X-Error-Message`.
 */
export async function refuseAnswer(response: Response, asked: Asked, environment: HubEnvironment): Promise<Error> {
  const { status, headers } = response
  await response.body?.cancel().catch(() => undefined)
  const said = quote(headers.get('x-error-message'), environment.token)
  if (status === 429 || status === 408 || status >= 500)
    return new TransientFault(`the hub answers ${status}${said}`, readRetryAfter(headers.get('retry-after')))
  return refuse(status, headers.get('x-error-code'), said, asked, environment)
}

function refuse(status: number, code: string | null, said: string, asked: Asked, environment: HubEnvironment) {
  const { owner, name, revision } = asked.reference
  const page = `${environment.endpoint}/${owner}/${name}`
  const fault = (what: string, hint: string): ParityError => hubFault(asked, what, hint)
  const answer = `the hub answers ${status}${said}`

  if (code === 'GatedRepo') {
    const also = environment.token === null ? ', and set HF_TOKEN to a token of the account that accepted them' : ''
    return fault(`the repository is gated: ${answer}`, `Accept its terms on ${page}${also}.`)
  }
  if (status === 401 && environment.token === null) {
    const hint = `Set HF_TOKEN to a token that may read it (terms to accept would be on ${page}), and check the name.`
    return fault(`no such repository, or a private or gated one: ${answer}`, hint)
  }
  if (status === 401)
    return fault(`the token was not accepted: ${answer}`, `Make a new one on ${environment.endpoint}/settings/tokens.`)
  if (status === 403) {
    const hint = `Accept its terms on ${page} if there are any, and check HF_TOKEN: it must be allowed to read this one.`
    return fault(`access is denied: ${answer}`, hint)
  }
  if (status === 404 && code === 'RevisionNotFound')
    return fault(`there is no revision '${revision}': ${answer}`, `See ${page}/commits for those there are.`)
  if (status === 404 && asked.file !== undefined)
    return fault(`the file is not there: ${answer}`, `See ${page}/tree/${revision} for those there are.`)
  if (status === 404)
    return fault(
      `there is no such repository: ${answer}`,
      `Check the name on ${environment.endpoint}; a private one needs HF_TOKEN.`,
    )
  return fault(answer, `Look at ${page}; is HF_ENDPOINT a hub?`)
}

/** The server's own words, on one line, and without the token should it repeat that. */
function quote(words: string | null, token: string | null): string {
  if (words === null || words === '') return ''
  const line = words.replace(/[^\x20-\x7e]+/g, ' ').slice(0, 300)
  return ` ("${token === null ? line : line.replaceAll(token, '***')}")`
}

/** Seconds, from a number of them or from a date. */
function readRetryAfter(text: string | null): number | null {
  if (text === null) return null
  if (/^\d+$/.test(text)) return Number(text)
  const date = Date.parse(text)
  return Number.isNaN(date) ? null : Math.max(0, Math.ceil((date - Date.now()) / 1000))
}
