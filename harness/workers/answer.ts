import { writeSafetensors } from '../checkpoint/safetensors-writer.js'
import { ParityError } from '../errors.js'
import type { Capability, Progress } from '../types.js'
import { logError } from './channel.js'
import { readOwnPeakBytes } from './memory.js'
import {
  describeIssues,
  protocolVersion,
  workerRequest,
  type ObserveRequest,
  type OpenRequest,
  type WorkerRequest,
} from './protocol.js'

export interface WorkerIdentity {
  readonly source: string
  readonly version: string
  readonly devices: readonly string[]
  readonly dtypes: readonly string[]
  readonly gives: readonly Capability[]
  /** Of the libraries that the source stands on. */
  readonly versions?: Readonly<Record<string, string>>
}

type NamedTensor = Parameters<typeof writeSafetensors>[1] extends Iterable<infer Tensor> ? Tensor : never

export interface Opened {
  readonly device: string
  /** Whether the device is a GPU made of software. */
  readonly software: boolean
  readonly adapter?: string | null
  /** Tensors of the checkpoint that the source does not use. */
  readonly unexpected?: readonly string[]
  /** Where only an open source knows, in place of what the identity says. */
  readonly gives?: readonly Capability[]
  readonly version?: string
}

export interface Observed {
  readonly generated: readonly (readonly number[])[]
  readonly tensors: Iterable<NamedTensor>
}

/** What a source does. What it throws becomes an `error` answer; a `ParityError` keeps its code and its hint. */
export interface WorkerHandlers {
  /** Loads a checkpoint; one that was open has been closed. */
  open(request: OpenRequest): Promise<Opened>
  observe(request: ObserveRequest, progress: Progress): Promise<Observed>
  close(): Promise<void>
}

/** A refusal that the source's author need not know of. */
class Refusal extends Error {
  readonly code: string

  constructor(code: string, message: string) {
    super(message)
    this.code = code
  }
}

/** Answers the protocol's requests with what a source does. */
export class Answerer {
  readonly #identity: WorkerIdentity
  readonly #handlers: WorkerHandlers
  readonly #send: (message: object) => void
  #opened = false

  /** @param send takes the progress messages */
  constructor(identity: WorkerIdentity, handlers: WorkerHandlers, send: (message: object) => void) {
    this.#identity = identity
    this.#handlers = handlers
    this.#send = send
  }

  /** The message that answers a line. Never throws for what a source does. */
  async answer(line: string): Promise<object> {
    let message: unknown
    let request: WorkerRequest | null = null
    try {
      message = JSON.parse(line)
      request = parseRequest(message)
      return { id: request.id, ...(await this.#do(request)) }
    } catch (error) {
      const stage = request?.do ?? null
      return { id: request?.id ?? findId(message), error: { ...describeError(error, stage), stage } }
    }
  }

  async close(): Promise<void> {
    if (!this.#opened) return
    this.#opened = false
    await this.#handlers.close()
  }

  async #do(request: WorkerRequest): Promise<object> {
    const started = performance.now()
    switch (request.do) {
      case 'hello':
        return { protocol: protocolVersion, ...this.#identity }
      case 'open': {
        if (!this.#identity.dtypes.includes(request.dtype)) {
          const known = this.#identity.dtypes.join(', ')
          throw new Refusal('load-failed', `${this.#identity.source} knows no dtype '${request.dtype}', only ${known}`)
        }
        await this.close()
        const opened = await this.#handlers.open(request)
        this.#opened = true
        return { ...opened, loadMs: millisecondsSince(started) }
      }
      case 'observe': {
        if (!this.#opened) throw new Refusal('not-open', 'observe needs an open checkpoint')
        const { generated, tensors } = await this.#handlers.observe(request, (done, total) => {
          this.#send({ id: request.id, progress: { done, total } })
        })
        const elapsedMs = millisecondsSince(started)
        const saved = [...tensors]
        await writeSafetensors(request.save, saved)
        return { generated, elapsedMs, peakBytes: readOwnPeakBytes(), tensors: saved.map(({ name }) => name) }
      }
      case 'tokenize':
        throw new Refusal('unsupported', `${this.#identity.source} does not tokenize`)
      case 'close':
        await this.close()
        return {}
    }
  }
}

function parseRequest(message: unknown): WorkerRequest {
  const result = workerRequest.safeParse(message)
  if (result.success) return result.data
  throw new Refusal('bad-request', describeIssues(result.error))
}

function findId(message: unknown): number | null {
  const id = typeof message === 'object' && message !== null && 'id' in message ? message.id : null
  return typeof id === 'number' && Number.isSafeInteger(id) && id >= 0 ? id : null
}

function describeError(error: unknown, stage: string | null): { code: string; message: string; hint?: string } {
  if (error instanceof Refusal) return { code: error.code, message: error.message }
  if (ParityError.is(error)) return { code: error.code, message: error.message, hint: error.hint }
  logError(error)
  const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
  return { code: stage === null ? 'bad-request' : stage === 'open' ? 'load-failed' : 'failed', message }
}

function millisecondsSince(started: number): number {
  return Math.round((performance.now() - started) * 1000) / 1000
}
