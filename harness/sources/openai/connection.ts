import { setTimeout as sleep } from 'node:timers/promises'
import { TransientFault } from '../../checkpoint/hub/retry.js'
import { parseLooseJson } from './parse-loose-json.js'
import { defaults, type ServerAlias } from './server-alias.js'
import { Refused, serverFault } from './server-fault.js'

/** Seconds. A server that wants to be left alone for longer is not waited for. */
const longestRetryAfter = 120
/** Bytes of an answer: 256 Ki positions with 20 tokens each stay below. */
const longestAnswer = 2 ** 30
/** Statuses that may be others the next time: too slow, too early, too many requests, and any failure of the server. */
const passes = (status: number) => [408, 425, 429].includes(status) || status >= 500

/** Asks a server, again where a request failed for a passing reason. Never follows a redirect, so that no key leaves. */
export class Connection {
  readonly base: URL
  readonly #headers: Record<string, string>
  readonly #secrets: readonly string[]
  readonly #alias: ServerAlias

  /** @param key of the API; null for a server that wants none */
  constructor(alias: ServerAlias, url: string, key: string | null) {
    this.base = new URL(url.endsWith('/') ? url : `${url}/`)
    this.#alias = alias
    this.#headers = { ...alias.headers, ...(key === null ? {} : { authorization: `Bearer ${key}` }) }
    this.#secrets = [...(key === null ? [] : [key]), ...Object.values(alias.headers ?? {})].filter(
      ({ length }) => length >= 6,
    )
  }

  /** The document at a path: below the base, or, where it begins with `/`, on the server. @throws ParityError, Refused */
  async ask(path: string, body?: object, retries = this.#alias.retries ?? defaults.retries): Promise<unknown> {
    const address = new URL(path, this.base)
    const where = `${address.origin}${address.pathname}`
    for (let failed = 0; ;) {
      try {
        return await this.#attempt(address, where, body)
      } catch (cause) {
        if (!(cause instanceof TransientFault)) throw cause
        failed++
        const wait = cause.retryAfter ?? (this.#alias.pauseS ?? defaults.pauseS) * 2 ** (failed - 1)
        if (wait > longestRetryAfter) throw serverFault(where, cause.message, `Run it again in ${wait} s.`, cause)
        if (failed > retries) {
          const tried = retries === 0 ? '' : `; tried ${failed} times`
          throw serverFault(where, cause.message + tried, 'Is the server up? Its own log says more.', cause)
        }
        await sleep(wait * 1000)
      }
    }
  }

  async #attempt(address: URL, where: string, body: object | undefined): Promise<unknown> {
    const seconds = this.#alias.timeoutS ?? defaults.timeoutS
    const { status, headers, text } = await this.#fetch(address, body, seconds).catch((error: unknown) => {
      if (error instanceof DOMException && error.name === 'TimeoutError')
        throw serverFault(where, `no whole answer within ${seconds} s`, 'timeoutS of the alias allows more.', error)
      throw new TransientFault(`the connection failed (${this.#redact(describe(error))})`, null, { cause: error })
    })
    if (status >= 300 && status < 400) {
      const target = headers.get('location') ?? 'nowhere'
      const to = URL.canParse(target, address.href) ? new URL(target, address).origin : target
      throw serverFault(where, `redirects to ${to}, which is not followed`, 'Name the address itself as url.')
    }
    const words = status === 200 ? '' : this.#redact(readWords(text))
    if (passes(status)) {
      const said = words === '' ? '' : `: ${words}`
      throw new TransientFault(`the server answers ${status}${said}`, readRetryAfter(headers.get('retry-after')))
    }
    if (status === 401 || status === 403) {
      const hint =
        this.#alias.apiKey === undefined
          ? 'Name the variable that holds its key as apiKey.'
          : `Is the key in ${this.#alias.apiKey} the right one?`
      throw serverFault(where, `the server answers ${status}${words === '' ? '' : `: ${words}`}`, hint)
    }
    if (status !== 200) throw new Refused(status, words, where)
    try {
      return parseLooseJson(text)
    } catch (cause) {
      throw serverFault(where, 'the answer is no JSON', 'Is it the address of an OpenAI-compatible server?', cause)
    }
  }

  async #fetch(address: URL, body: object | undefined, seconds: number) {
    const response = await fetch(address, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { ...this.#headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      redirect: 'manual',
      signal: AbortSignal.timeout(seconds * 1000),
    })
    if (Number(response.headers.get('content-length') ?? 0) > longestAnswer) throw new Error('the answer is too long')
    return { status: response.status, headers: response.headers, text: await response.text() }
  }

  #redact(text: string): string {
    return this.#secrets.reduce((left, secret) => left.replaceAll(secret, '***'), text)
  }
}

/** `fetch` says only "fetch failed"; why is in its cause. */
function describe(error: unknown): string {
  const cause = error instanceof Error ? (error.cause ?? error) : error
  if (!(cause instanceof Error)) return String(cause)
  return 'code' in cause && typeof cause.code === 'string' ? cause.code : cause.message
}

/** What a server says is wrong, on one line: `{"error":{"message"}}`, `{"error"}`, `{"detail"}`, or its text. */
function readWords(text: string): string {
  let found: unknown = text
  try {
    const document = JSON.parse(text) as { error?: unknown; message?: unknown; detail?: unknown }
    found = document.error ?? document.message ?? document.detail ?? text
    if (typeof found === 'object' && found !== null && 'message' in found) found = found.message
  } catch {
    // Not all of them answer in JSON.
  }
  const words = typeof found === 'string' ? found : JSON.stringify(found)
  return words.replaceAll(/\s+/g, ' ').trim().slice(0, 300)
}

/** Seconds, of either form: a number of them, or a date. */
function readRetryAfter(value: string | null): number | null {
  if (value === null) return null
  if (/^\d+$/.test(value)) return Number(value)
  const until = Date.parse(value)
  return Number.isNaN(until) ? null : Math.max(0, (until - Date.now()) / 1000)
}
