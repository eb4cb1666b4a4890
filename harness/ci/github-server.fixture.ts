import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface StoredComment {
  readonly id: number
  readonly body: string
  readonly user: { readonly login: string }
}

interface Failure {
  readonly status: number
  readonly message?: string
  readonly headers?: Record<string, string>
  /** Answers so only after it has done what was asked. */
  readonly isLate?: true
}

export const bot = 'github-actions[bot]'
export const token = 'token-of-the-test'

/** GitHub's API on a port of this machine: comments of pull request 7 of `owner/engine`, and a list of pull requests. */
export class GitHubServer implements AsyncDisposable {
  readonly comments: StoredComment[] = []
  /** What `GET …/pulls` answers with. */
  pulls: readonly object[] = []
  /** Answers to the next requests; `null` is a connection that breaks. */
  readonly failures: (Failure | null)[] = []
  readonly requests: string[] = []
  readonly #server = createServer((request, response) => void this.#answer(request, response))
  url = ''

  static async start(): Promise<GitHubServer> {
    const server = new GitHubServer()
    await new Promise<void>((resolve) => server.#server.listen(0, '127.0.0.1', resolve))
    server.url = `http://127.0.0.1:${(server.#server.address() as AddressInfo).port}`
    return server
  }

  add(login: string, body: string): StoredComment {
    const comment = { id: 1000 + this.comments.length, body, user: { login } }
    this.comments.push(comment)
    return comment
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url = '' } = request
    let text = ''
    for await (const chunk of request) text += String(chunk)
    this.requests.push(`${method} ${url}`)
    const failure = this.failures.shift()
    if (failure === null) {
      request.socket.destroy()
      return
    }
    const done = failure === undefined || failure.isLate === true ? this.#do(method, url, request, text) : null
    const { status, content } =
      failure === undefined && done !== null
        ? done
        : { status: failure?.status ?? 500, content: { message: failure?.message ?? '' } }
    response.writeHead(status, { 'content-type': 'application/json', ...failure?.headers })
    response.end(JSON.stringify(content))
  }

  #do(method: string, url: string, request: IncomingMessage, text: string): { status: number; content: unknown } {
    if (request.headers.authorization !== `Bearer ${token}`)
      return { status: 401, content: { message: 'Bad credentials' } }
    const { pathname, searchParams } = new URL(url, this.url)
    const body = () => (JSON.parse(text) as { body: string }).body
    if (method === 'GET' && pathname === '/repos/owner/engine/pulls') return { status: 200, content: this.pulls }
    if (pathname === '/repos/owner/engine/issues/7/comments') {
      if (method === 'POST') return { status: 201, content: this.add(bot, body()) }
      const size = Number(searchParams.get('per_page'))
      const start = (Number(searchParams.get('page')) - 1) * size
      return { status: 200, content: this.comments.slice(start, start + size) }
    }
    const id = Number(/^\/repos\/owner\/engine\/issues\/comments\/(\d+)$/.exec(pathname)?.[1])
    const at = this.comments.findIndex((comment) => comment.id === id)
    const found = this.comments[at]
    if (method !== 'PATCH' || found === undefined) return { status: 404, content: { message: 'Not Found' } }
    this.comments[at] = { ...found, body: body() }
    return { status: 200, content: this.comments[at] }
  }
}
