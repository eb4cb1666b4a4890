import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

/** The commit that `main` and the branch `refs/pr/1` point to. */
export const commit = '0123456789abcdef0123456789abcdef01234567'

/** A request as a server saw it. */
export interface Seen {
  /** `cdn`: the other host, that large files are redirected to. */
  readonly host: 'hub' | 'cdn'
  readonly path: string
  readonly range: string | undefined
  readonly authorization: string | undefined
}

/** In place of the right answer. */
export type Fault =
  | { readonly status: number; readonly headers?: Record<string, string>; readonly body?: string }
  /** The connection breaks after so many bytes of the body. */
  | { readonly breakAfter: number }
  /** Nothing more comes after so many bytes of the body; `null`: no answer at all. */
  | { readonly silentAfter: number | null }
  /** A server that knows no ranges. */
  | { readonly ignoreRange: true }
  /** Other bytes than the file's. */
  | { readonly content: Buffer; readonly chunked?: boolean }

export interface Served {
  readonly content: Buffer
  readonly etag: string
  readonly large: boolean
}

export interface HubServer {
  readonly endpoint: string
  readonly files: ReadonlyMap<string, Served>
  /** Every request so far. */
  readonly log: Seen[]
  /** Asked before each answer. */
  fault: (seen: Seen) => Fault | undefined
  /** Changes what the listing says. */
  list: (entries: object[]) => object[]
}

/** Speaks the hub's API as far as a client needs it, for the repository `google/tiny` with the files of a folder. */
export async function startHub(folder: string): Promise<HubServer> {
  const files = new Map<string, Served>()
  for (const name of await readdir(folder)) files.set(name, describe(name, await readFile(join(folder, name))))
  const log: Seen[] = []
  const open = async (host: Seen['host'], answer: (seen: Seen) => Reply) => {
    const server = createServer((request, response) => {
      const seen = { host, ...look(request) }
      log.push(seen)
      send(response, answer(seen))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => {
      server.closeAllConnections()
      server.close()
    })
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  }
  const cdn = await open('cdn', (seen) => {
    const file = [...files.values()].find(({ etag }) => etag === seen.path.slice(1))
    return file === undefined ? { status: 404 } : answerFile(seen, file.content, { etag: '"its own"' }, hub.fault(seen))
  })
  const endpoint = await open('hub', (seen) => answerHub(hub, cdn, seen, hub.fault(seen)))
  const hub: HubServer = { endpoint, files, log, fault: () => undefined, list: (entries) => entries }
  return hub
}

interface Reply {
  readonly status: number
  readonly headers?: Record<string, string>
  readonly body?: string | Buffer
  /** Bytes of the body after which `end` happens. */
  readonly sent?: number
  readonly end?: 'break' | 'silence'
}

function answerHub(hub: HubServer, cdn: string, seen: Seen, fault: Fault | undefined): Reply {
  if (fault !== undefined && 'status' in fault) return fault
  if (fault !== undefined && 'silentAfter' in fault && fault.silentAfter === null) return { status: 0, end: 'silence' }
  const { pathname, searchParams } = new URL(seen.path, hub.endpoint)
  const [, repository, rest] = /^(?:\/api\/models)?\/([^/]+\/[^/]+)\/(.*)$/.exec(pathname) ?? []
  if (repository !== 'google/tiny') return refusal('RepoNotFound')
  const [kind, revision, name] = rest.split('/').map(decodeURIComponent)
  if (!['main', 'refs/pr/1', commit].includes(revision)) return refusal('RevisionNotFound')
  if (kind === 'revision') return { status: 200, body: JSON.stringify({ _id: '1', id: repository, sha: commit }) }
  if (kind === 'tree') return listPage(hub, pathname, Number(searchParams.get('cursor') ?? 0))

  const file = hub.files.get(name)
  if (kind !== 'resolve' || file === undefined) return refusal('EntryNotFound')
  const headers = { 'x-repo-commit': commit, etag: `"${file.etag}"` }
  if (!file.large) return answerFile(seen, file.content, headers, fault)
  const linked = { 'x-linked-etag': `"${file.etag}"`, 'x-linked-size': String(file.content.length) }
  return { status: 302, headers: { ...headers, ...linked, location: `${cdn}/${file.etag}` } }
}

/** Two entries a page, to make sure that there are several. */
function listPage(hub: HubServer, path: string, cursor: number): Reply {
  const entries = hub.list([
    { type: 'directory', path: 'assets', oid: '0'.repeat(40), size: 0 },
    ...[...hub.files].map(([name, { content, etag, large }]) => ({
      type: 'file',
      path: name,
      size: content.length,
      oid: large ? '0'.repeat(40) : etag,
      ...(large ? { lfs: { oid: etag, size: content.length, pointerSize: 134 } } : {}),
    })),
  ])
  const body = JSON.stringify(entries.slice(cursor, cursor + 2))
  if (cursor + 2 >= entries.length) return { status: 200, body }
  return { status: 200, body, headers: { link: `<${hub.endpoint}${path}?cursor=${cursor + 2}>; rel="next"` } }
}

function answerFile({ range }: Seen, real: Buffer, headers: Record<string, string>, fault?: Fault): Reply {
  if (fault !== undefined && 'status' in fault) return fault
  const whole = fault !== undefined && 'content' in fault ? fault.content : real
  const asked = Number(/^bytes=(\d+)-$/.exec(range ?? '')?.[1] ?? 0)
  const start = fault !== undefined && 'ignoreRange' in fault ? 0 : asked
  if (start > 0 && start >= whole.length) return { status: 416 }
  const body = whole.subarray(start)
  const sized = { ...headers }
  if (fault === undefined || !('chunked' in fault)) sized['content-length'] = String(body.length)
  if (start > 0) sized['content-range'] = `bytes ${start}-${whole.length - 1}/${whole.length}`
  const reply = { body, headers: sized, status: start > 0 ? 206 : 200 }
  if (fault !== undefined && 'breakAfter' in fault && fault.breakAfter < body.length)
    return { ...reply, sent: fault.breakAfter, end: 'break' }
  if (fault !== undefined && 'silentAfter' in fault) return { ...reply, sent: fault.silentAfter ?? 0, end: 'silence' }
  return reply
}

function send(response: ServerResponse, { status, headers, body = '', sent = 0, end }: Reply): void {
  if (status === 0) return
  response.writeHead(status, { 'content-type': 'application/json', ...headers })
  if (end === undefined) response.end(body)
  else
    response.write(body.slice(0, sent), () => {
      // Time for the bytes to get there: a connection that is destroyed takes with it what is under way.
      if (end === 'break') setTimeout(() => response.destroy(), 20)
    })
}

const refusal = (code: string): Reply => ({
  status: 404,
  headers: { 'x-error-code': code, 'x-error-message': `${code}.` },
})

const look = ({ url = '', headers }: IncomingMessage) => ({
  path: url,
  range: headers.range,
  authorization: headers.authorization,
})

/** Weights and tokenizer are in large file storage, as on the real hub. */
function describe(name: string, content: Buffer): Served {
  const large = /\.safetensors$|^tokenizer\.json$/.test(name)
  const etag = large
    ? createHash('sha256').update(content).digest('hex')
    : createHash('sha1').update(`blob ${content.length}\0`).update(content).digest('hex')
  return { content, etag, large }
}
