/** GitHub's REST API, as far as one comment needs it. */
import { setTimeout as sleep } from 'node:timers/promises'
import { ParityError } from '../errors.js'

/** An answer that says no, or no answer at all. */
export class GitHubRefusal extends Error {
  /** `null` where nothing answered. */
  readonly status: number | null
  /** How long GitHub asks to wait, in milliseconds. */
  readonly retryAfterMs: number | null

  constructor(message: string, status: number | null, retryAfterMs: number | null, cause?: unknown) {
    super(message, { cause })
    this.status = status
    this.retryAfterMs = retryAfterMs
  }

  /** Whether the same may work later: no answer, a server's fault, or too many requests. */
  get isPassing(): boolean {
    const { status } = this
    return status === null || status >= 500 || status === 429 || (status === 403 && this.retryAfterMs !== null)
  }
}

export type Method = 'GET' | 'POST' | 'PATCH'
export type Call = (method: Method, path: string, body?: object) => Promise<unknown>

/** @returns what sends one request and reads its JSON, or throws a GitHubRefusal */
export function connectGitHub(apiUrl: string, token: string): Call {
  return async (method, path, body) => {
    const { answer, text } = await send(`${apiUrl.replace(/\/+$/, '')}${path}`, {
      method,
      headers: {
        accept: 'application/vnd.github+json',
        authorization: `Bearer ${token}`,
        'x-github-api-version': '2022-11-28',
        'user-agent': 'transformers-parity',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    }).catch((cause: unknown) => {
      throw new GitHubRefusal(`${method} ${path}: no answer`, null, null, cause)
    })
    if (answer.ok) return text === '' ? null : (JSON.parse(text) as unknown)
    const seconds = Number(answer.headers.get('retry-after') ?? Number.NaN)
    throw new GitHubRefusal(
      `${method} ${path}: ${answer.status} ${readMessage(text)}`.trimEnd(),
      answer.status,
      Number.isFinite(seconds) ? seconds * 1000 : null,
    )
  }
}

async function send(url: string, request: RequestInit): Promise<{ answer: Response; text: string }> {
  const answer = await fetch(url, { ...request, signal: AbortSignal.timeout(30_000) })
  return { answer, text: await answer.text() }
}

/**
 * Does `work` again from its start while GitHub's refusals may pass, at most five times, with waits of 1, 2, 4 and 8 s
 * or as long as GitHub asks (at most a minute). @throws ParityError PARITY_REPORT, with what to do
 */
export async function persist<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof GitHubRefusal)) throw error
      if (!error.isPassing || attempt === 4) throw explain(error)
      await sleep(Math.min(error.retryAfterMs ?? 1000 * 2 ** attempt, 60_000))
    }
  }
}

function explain(refusal: GitHubRefusal): ParityError {
  const hints: Readonly<Record<number, string>> = {
    401: 'The token in GITHUB_TOKEN is not valid.',
    403: 'The job needs `permissions: pull-requests: write`; a pull request from a fork never has it, see docs/ci.md.',
    404: 'The token cannot see the repository or the pull request.',
  }
  const hint = hints[refusal.status ?? 0] ?? 'GitHub’s status page may know more; the report itself is written.'
  return new ParityError('PARITY_REPORT', `GitHub refused the comment: ${refusal.message}`, hint, { cause: refusal })
}

/** The sentence in an error of GitHub's, on one line and without control characters. */
function readMessage(text: string): string {
  try {
    const { message } = JSON.parse(text) as { message?: unknown }
    return typeof message === 'string' ? message.replaceAll(/\p{C}/gu, ' ').slice(0, 200) : ''
  } catch {
    return ''
  }
}
