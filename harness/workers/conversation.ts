import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises'
import type { Progress, Stage } from '../types.js'
import { WorkerFault, type FaultDetail, type FaultKind } from './fault.js'
import { check, interpretLine, ProtocolBreach, type Heard, type Schema } from './heard.js'
import type { LineTooLong } from './lines.js'
import { formatMessage, type ErrorMessage } from './protocol.js'
import { WorkerProcess, type Exit, type WorkerCommand } from './worker-process.js'

export interface Question<T> {
  readonly stage: Stage
  readonly message: { readonly do: string }
  readonly answer: Schema<T>
  /** How long the worker may be silent. A progress message counts from anew. */
  readonly silenceMs: number
  readonly signal?: AbortSignal | undefined
  readonly progress?: Progress | undefined
}

/** A question that waits for its answer. */
interface Pending {
  readonly id: number
  readonly stage: Stage
  readonly silence: NodeJS.Timeout
  readonly progress?: Progress | undefined
  /** Throws a `ProtocolBreach`. */
  answer(body: unknown): void
  reject(fault: WorkerFault): void
}

/** Why a worker is dead or dying. `why` is a predicate, and `then` what follows it. */
interface End {
  readonly kind: FaultKind
  readonly why: string
  readonly then?: string
  readonly detail?: FaultDetail
}

const memoryPollMs = 200
const longestTimer = 2 ** 31 - 1
const during = { start: 'while starting', open: 'while loading the checkpoint', observe: 'while observing' }

/**
 * Questions to a worker, one at a time, and one fault for all that can go wrong: after any but a refusal the worker is
 * dead, and later questions get the same fault. The first reason is the one that counts.
 */
export class Conversation {
  readonly #worker: WorkerProcess
  #lastId = 0
  #pending: Pending | null = null
  #end: Promise<End> | null = null
  #closing: Promise<void> | null = null

  static async begin(command: WorkerCommand, memoryBytes?: number): Promise<Conversation> {
    return new Conversation(await WorkerProcess.spawn(command), memoryBytes)
  }

  private constructor(worker: WorkerProcess, memoryBytes = Infinity) {
    this.#worker = worker
    worker.hear = (line) => {
      this.#hear(line)
    }
    const poll = setInterval(() => {
      this.#checkMemory(memoryBytes)
    }, memoryPollMs).unref()
    void worker.exited.then((exit) => {
      clearInterval(poll)
      this.#fail({ kind: 'exited', why: describeExit(exit), detail: exit })
    })
  }

  get pid(): number {
    return this.#worker.pid
  }

  get log(): string {
    return this.#worker.log.text()
  }

  peakBytes(): number | null {
    return this.#worker.memory.peakBytes()
  }

  /** Throws a `WorkerFault`. */
  async ask<T>({ stage, message, answer, silenceMs, signal, progress }: Question<T>): Promise<T> {
    if (this.#pending !== null) throw new Error('a worker takes one request at a time')
    if (this.#end !== null) throw this.#describe(await this.#end, stage)
    const silent = `was silent for ${silenceMs} ms`
    const timeOut = () => {
      this.#fail({ kind: 'timeout', why: silent, then: ', and was killed' })
    }
    const abort = () => {
      this.#fail({ kind: 'aborted', why: 'was stopped' })
    }
    const silence = setTimeout(timeOut, Math.min(silenceMs, longestTimer))
    try {
      return await new Promise<T>((resolve, reject) => {
        const id = ++this.#lastId
        const accept = (body: unknown) => {
          resolve(check(answer, body))
        }
        this.#pending = { id, stage, silence, progress, answer: accept, reject }
        signal?.addEventListener('abort', abort)
        if (signal?.aborted === true) abort()
        else this.#worker.send(formatMessage({ id, ...message }))
      })
    } finally {
      clearTimeout(silence)
      signal?.removeEventListener('abort', abort)
      this.#pending = null
    }
  }

  /** Asks the worker to go, waits for `graceMs`, and kills whatever is left. */
  close(graceMs: number): Promise<void> {
    this.#closing ??= this.#close(graceMs)
    return this.#closing
  }

  async #close(graceMs: number): Promise<void> {
    if (this.#pending !== null) this.#fail({ kind: 'aborted', why: 'was closed' })
    if (this.#end === null) {
      this.#worker.send(formatMessage({ id: ++this.#lastId, do: 'close' }))
      this.#worker.endInput()
      await Promise.race([this.#worker.exited, delay(graceMs, undefined, { ref: false })])
    }
    await this.#worker.kill()
  }

  #hear(line: string | LineTooLong): void {
    if (this.#end !== null || this.#closing !== null || line === '') return
    this.#worker.memory.sample()
    try {
      this.#take(interpretLine(line, this.#pending?.id ?? null))
    } catch (error) {
      if (!(error instanceof ProtocolBreach)) throw error
      this.#fail({ kind: 'protocol', why: 'broke the protocol', then: `: ${error.message}` })
    }
  }

  #take(heard: Heard): void {
    if (this.#pending === null) return
    if (heard.kind === 'progress') {
      this.#pending.silence.refresh()
      this.#pending.progress?.(heard.done, heard.total)
    } else if (heard.kind === 'answer') {
      this.#pending.answer(heard.body)
    } else {
      void this.#refuse(this.#pending, heard.error)
    }
  }

  async #refuse(pending: Pending, { code, message, stage, hint }: ErrorMessage['error']): Promise<void> {
    clearTimeout(pending.silence)
    await nextTurn() // What it wrote to its log before it refused may still lie in the other pipe.
    const at = stage === 'open' || stage === 'observe' ? stage : pending.stage
    const detail = { errorCode: code, ...(hint === undefined ? {} : { hint }) }
    pending.reject(new WorkerFault('refused', at, message, detail, this.log))
  }

  /** Kills the worker, and then tells whoever waits for an answer. */
  #fail(end: End): void {
    if (this.#end !== null) return
    const pending = this.#pending
    this.#end = this.#worker.kill().then(() => {
      pending?.reject(this.#describe(end, pending.stage))
      return end
    })
  }

  #describe({ kind, why, then = '', detail = {} }: End, stage: Stage): WorkerFault {
    return new WorkerFault(kind, stage, `the worker ${why} ${during[stage]}${then}`, detail, this.log)
  }

  #checkMemory(limit: number): void {
    const used = this.#worker.memory.sample()
    if (used === null || used <= limit) return
    const why = `used ${mebibytes(used)} of memory`
    const then = `, over its limit of ${mebibytes(limit)}, and was killed`
    this.#fail({ kind: 'exited', why, then, detail: { signal: 'SIGKILL', errorCode: 'memory-limit' } })
  }
}

function describeExit({ code, signal }: Exit): string {
  return signal === undefined ? `exited with code ${String(code)}` : `died of ${signal}`
}

function mebibytes(bytes: number): string {
  return `${Math.round(bytes / 2 ** 20)} MiB`
}
