import { setTimeout as delay } from 'node:timers/promises'
import { quoteLine, type LineTooLong } from '../lines.js'
import { formatMessage } from '../protocol.js'
import { WorkerProcess, type Exit, type WorkerCommand } from '../worker-process.js'

/** What a worker said to a request: an answer, an error, or nothing of use, with the reason. */
export type Reply =
  | { readonly kind: 'answer'; readonly body: unknown }
  | { readonly kind: 'error'; readonly error: unknown }
  | { readonly kind: 'none'; readonly why: string }

interface Waiting {
  readonly id: number
  readonly settle: (reply: Reply) => void
  readonly silence: NodeJS.Timeout
}

/** What a worker said that no single request is to blame for, kept over all the processes of one examination. */
export interface Overheard {
  /** Lines that are no message of the protocol, or answer nothing that waits. */
  readonly strays: string[]
  /** Progress messages, whatever is in them. */
  readonly progress: unknown[]
  /** Lines with a bare NaN or infinity, which are not JSON. */
  readonly bare: string[]
}

/** As Python's and other JSON writers spell what JSON cannot. */
const bareNumber = /([:[,]\s*)(-?Infinity|NaN)\b/g

/**
 * A conversation that forgives: where the harness would kill a worker for a stray line, this notes it and goes on, so
 * that each fault is found by the check that looks for it.
 */
export class Talk {
  readonly #worker: WorkerProcess
  readonly #silenceMs: number
  readonly #overheard: Overheard
  #lastId = 0
  #waiting: Waiting | null = null
  #exit: Exit | null = null

  /** Throws a `WorkerFault` where the program cannot be started. */
  static async begin(command: WorkerCommand, silenceMs: number, overheard: Overheard): Promise<Talk> {
    return new Talk(await WorkerProcess.spawn(command), silenceMs, overheard)
  }

  private constructor(worker: WorkerProcess, silenceMs: number, overheard: Overheard) {
    this.#worker = worker
    this.#silenceMs = silenceMs
    this.#overheard = overheard
    worker.hear = (line) => {
      this.#hear(line)
    }
    void worker.exited.then((exit) => {
      this.#exit = exit
      this.#settle({ kind: 'none', why: `it ${describeExit(exit)}` })
    })
  }

  get isAlive(): boolean {
    return this.#exit === null
  }

  get log(): string {
    return this.#worker.log.text()
  }

  /** One request and what came of it. After silence beyond the limit the worker is dead. */
  async ask(message: object): Promise<Reply> {
    if (this.#exit !== null) return { kind: 'none', why: `it ${describeExit(this.#exit)} before it was asked` }
    const id = ++this.#lastId
    const reply = await new Promise<Reply>((settle) => {
      const silence = setTimeout(() => {
        void this.#worker.kill()
        this.#settle({ kind: 'none', why: `it was silent for ${this.#silenceMs / 1000} s` })
      }, this.#silenceMs)
      this.#waiting = { id, settle, silence }
      this.#worker.send(formatMessage({ id, ...message }))
    })
    if (reply.kind === 'none') await this.#worker.kill()
    return reply
  }

  /** Ends its stdin, and tells how it went; null where it had not gone after `graceMs`. */
  async endInput(graceMs: number): Promise<Exit | null> {
    this.#worker.endInput()
    const exit = await Promise.race([this.#worker.exited, delay(graceMs, null, { ref: false })])
    await this.#worker.kill()
    return exit
  }

  async kill(): Promise<void> {
    await this.#worker.kill()
  }

  #settle(reply: Reply): void {
    const waiting = this.#waiting
    if (waiting === null) return
    this.#waiting = null
    clearTimeout(waiting.silence)
    waiting.settle(reply)
  }

  #hear(line: string | LineTooLong): void {
    if (typeof line !== 'string') {
      this.#overheard.strays.push(`${line.message}: ${quoteLine(line.start, 60)}`)
      void this.#worker.kill()
      return
    }
    if (line === '') return
    const message = parseObject(line)
    const mended = message ?? parseObject(line.replaceAll(bareNumber, '$1"$2"'))
    if (message === null) this.#overheard[mended === null ? 'strays' : 'bare'].push(quoteLine(line, 100))
    if (mended !== null) this.#take(mended, line)
  }

  #take(message: Readonly<Record<string, unknown>>, line: string): void {
    const { id } = message
    const isError = 'error' in message
    if (this.#waiting === null) {
      this.#overheard.strays.push(quoteLine(line, 100))
    } else if (id !== this.#waiting.id && !(isError && id === null)) {
      this.#settle({ kind: 'none', why: `it answered request ${quoteLine(String(id), 20)}, not ${this.#waiting.id}` })
    } else if (isError) {
      this.#settle({ kind: 'error', error: message })
    } else if ('progress' in message) {
      this.#overheard.progress.push(message)
      this.#waiting.silence.refresh()
    } else {
      this.#settle({ kind: 'answer', body: message })
    }
  }
}

function parseObject(line: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(line)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null
  } catch {
    return null
  }
}

const describeExit = ({ code, signal }: Exit): string =>
  signal === undefined ? `exited with code ${String(code)}` : `died of ${signal}`
