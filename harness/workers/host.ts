import type { Progress } from '../types.js'
import { Conversation } from './conversation.js'
import {
  helloAnswer,
  observeAnswer,
  openAnswer,
  tokenizeAnswer,
  type HelloAnswer,
  type ObserveAnswer,
  type ObserveRequest,
  type OpenAnswer,
  type OpenRequest,
  type TokenizeAnswer,
  type TokenizeRequest,
} from './protocol.js'
import type { WorkerCommand } from './worker-process.js'

export { WorkerFault } from './fault.js'
export type { WorkerCommand } from './worker-process.js'

export interface WorkerLimits {
  /** How long the worker may be silent while it starts, loads and observes. A progress message counts from anew. */
  readonly startMs: number
  readonly openMs: number
  readonly observeMs: number
  /** Resident memory of the worker and all that it started. Kept on Linux only. */
  readonly memoryBytes?: number
}

/** How long a worker may take to go when it is asked to. */
const graceMs = 2000

/**
 * The harness's end of a worker. All methods throw a `WorkerFault`; after one that is not a refusal the worker is dead,
 * with all that it started, and so it is after disposal and when this process ends. Takes one request at a time.
 */
export class WorkerHost implements AsyncDisposable {
  readonly hello: HelloAnswer
  readonly #conversation: Conversation
  readonly #limits: WorkerLimits

  private constructor(conversation: Conversation, hello: HelloAnswer, limits: WorkerLimits) {
    this.hello = hello
    this.#conversation = conversation
    this.#limits = limits
  }

  /** Starts a worker and says hello to it. */
  static async start(command: WorkerCommand, limits: WorkerLimits, signal?: AbortSignal): Promise<WorkerHost> {
    const conversation = await Conversation.begin(command, limits.memoryBytes)
    const question = { stage: 'start', message: { do: 'hello' }, answer: helloAnswer } as const
    try {
      const hello = await conversation.ask({ ...question, silenceMs: limits.startMs, signal })
      return new WorkerHost(conversation, hello, limits)
    } catch (fault) {
      await conversation.close(graceMs)
      throw fault
    }
  }

  open(request: OpenRequest, signal?: AbortSignal): Promise<OpenAnswer> {
    const question = { stage: 'open', message: { do: 'open', ...request }, answer: openAnswer } as const
    return this.#conversation.ask({ ...question, silenceMs: this.#limits.openMs, signal })
  }

  observe(request: ObserveRequest, signal?: AbortSignal, progress?: Progress): Promise<ObserveAnswer> {
    const question = { stage: 'observe', message: { do: 'observe', ...request }, answer: observeAnswer } as const
    return this.#conversation.ask({ ...question, silenceMs: this.#limits.observeMs, signal, progress })
  }

  /** No checkpoint need be open. Only for a source that gives `tokenize`. */
  tokenize(request: TokenizeRequest, signal?: AbortSignal): Promise<TokenizeAnswer> {
    const question = { stage: 'observe', message: { do: 'tokenize', ...request }, answer: tokenizeAnswer } as const
    return this.#conversation.ask({ ...question, silenceMs: this.#limits.observeMs, signal })
  }

  get pid(): number {
    return this.#conversation.pid
  }

  /** The last lines of the worker's stderr. */
  get log(): string {
    return this.#conversation.log
  }

  /** The most resident memory that the worker and all that it started were seen to use; `null` where unknown. */
  peakBytes(): number | null {
    return this.#conversation.peakBytes()
  }

  /** Asks the worker to close, and kills what is left of it after a moment. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#conversation.close(graceMs)
  }
}
