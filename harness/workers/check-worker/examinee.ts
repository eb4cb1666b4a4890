import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Observation } from '../../types.js'
import { check, ProtocolBreach, type Schema } from '../heard.js'
import { errorMessage, helloAnswer, observeAnswer, openAnswer, type HelloAnswer, type OpenAnswer } from '../protocol.js'
import { readTensorFile, type TensorFile } from '../tensor-file.js'
import type { WorkerCommand } from '../worker-process.js'
import { Talk, type Overheard, type Reply } from './talk.js'

/** What a worker does against the protocol, as a sentence. */
export class Failed extends Error {}

/** An error answer where none is due. */
export class Refused extends Failed {
  /** The worker's own. */
  readonly code: string

  constructor(code: string, message: string) {
    super(`it refuses: ${message}`)
    this.code = code
  }
}

/** The checkpoint that a worker is examined on, and what must come of it. */
export interface Subject {
  readonly folder: string
  readonly vocabulary: number
  readonly hidden: number
  readonly layers: number
  /** Width of every point that the model has, but for its logits. */
  readonly points: ReadonlyMap<string, number>
  readonly prompts: readonly (readonly number[])[]
  /** Tokens to generate. */
  readonly generate: number
  /** Null: the first that the worker names. */
  readonly device: string | null
  readonly dtype: string | null
}

export interface Looked {
  readonly generated: readonly (readonly number[])[]
  readonly tensors: TensorFile
}

/** A worker under examination. One that has died is started again for the next check. */
export class Examinee implements AsyncDisposable {
  readonly overheard: Overheard = { strays: [], progress: [], bare: [] }
  readonly subject: Subject
  readonly #command: WorkerCommand
  readonly #silenceMs: number
  #talk: Talk | null = null
  #hello: HelloAnswer | null = null
  #isOpen = false
  #folder: string | null = null
  #own: Promise<Looked> | null = null

  /** @param silenceMs how long the worker may be silent */
  constructor(command: WorkerCommand, subject: Subject, silenceMs: number) {
    this.#command = command
    this.subject = subject
    this.#silenceMs = silenceMs
  }

  /** What it last said of itself. */
  get hello(): HelloAnswer {
    if (this.#hello === null) throw new Failed('nothing can be asked of it before it has said hello')
    return this.#hello
  }

  get device(): string {
    return this.subject.device ?? this.hello.devices[0]
  }

  get dtype(): string {
    return this.subject.dtype ?? this.hello.dtypes[0]
  }

  get log(): string {
    return this.#talk?.log ?? ''
  }

  async sayHello(): Promise<HelloAnswer> {
    return (this.#hello = expectAnswer(helloAnswer, await this.ask({ do: 'hello' })))
  }

  /** Throws `Failed` where it does not open. */
  async open(): Promise<OpenAnswer> {
    const { device, dtype } = this
    const reply = await this.ask({ do: 'open', checkpoint: this.subject.folder, device, dtype, options: {} })
    const answer = expectAnswer(openAnswer, reply)
    this.#isOpen = true
    return answer
  }

  /** Whatever it answers, over a worker that lives. Throws a `WorkerFault` where it cannot be started. */
  async ask(message: object): Promise<Reply> {
    if (this.#talk?.isAlive !== true) {
      this.#isOpen = false
      this.#talk = await Talk.begin(this.#command, this.#silenceMs, this.overheard)
    }
    return this.#talk.ask(message)
  }

  /** That it answers with an error and lives on. */
  async expectRefusal(message: object): Promise<string> {
    const talk = (await this.ask({ do: 'hello' }), this.#talk)
    const reply = await this.ask(message)
    if (reply.kind === 'answer') throw new Failed('it answers as if nothing were wrong')
    if (reply.kind === 'none') throw new Failed(`it must answer with an error, but ${reply.why}`)
    const { error } = conform(errorMessage, reply.error)
    const next = await this.ask({ do: 'hello' })
    if (next.kind !== 'answer' || this.#talk !== talk)
      throw new Failed('it answers with an error, but does not live on')
    return `answers with ${error.code} and lives on`
  }

  /** Has it observe, and reads what it saved. Throws `Failed`. */
  async observe(request: Partial<Observation>): Promise<Looked> {
    await this.ensureOpen()
    const { prompts } = this.subject
    this.#folder ??= await mkdtemp(join(tmpdir(), 'parity-check-'))
    const save = join(this.#folder, 'observed.safetensors')
    await rm(save, { force: true })
    const reply = await this.ask({ do: 'observe', ...plain, prompts, ...request, save })
    const { generated, tensors: names } = expectAnswer(observeAnswer, reply)
    const { generate = 0 } = request
    if (!(generate === 0 && generated.length === 0) && generated.length !== prompts.length)
      throw new Failed(`it gives ${generated.length} lists of tokens for ${prompts.length} prompts`)
    try {
      return { generated, tensors: await readTensorFile(save, names, prompts.length) }
    } catch (error) {
      throw new Failed(error instanceof Error ? error.message : String(error))
    }
  }

  /** Its own generation with every position that it gives, which several checks compare with. */
  ownGeneration(): Promise<Looked> {
    // Whole rows, where it has them.
    const topK = this.hello.gives.includes('logits') ? null : 5
    this.#own ??= this.observe({ generate: this.subject.generate, logits: 'all', topK })
    return this.#own
  }

  async ensureOpen(): Promise<void> {
    if (this.#talk?.isAlive !== true) this.#isOpen = false
    if (!this.#isOpen) await this.open()
  }

  /** Ends its stdin amid nothing; tells whether it went by itself. */
  async endInput(graceMs: number): Promise<boolean> {
    await this.ensureOpen()
    return (await this.#talk?.endInput(graceMs)) !== null
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#talk?.kill()
    if (this.#folder !== null) await rm(this.#folder, { recursive: true, force: true })
  }
}

const plain = {
  generate: 0,
  continuation: null,
  cache: true,
  chunk: null,
  logits: 'last',
  topK: null,
  layers: false,
  parts: false,
} satisfies Partial<Observation>

function expectAnswer<T>(schema: Schema<T>, reply: Reply): T {
  if (reply.kind === 'none') throw new Failed(reply.why)
  if (reply.kind === 'answer') return conform(schema, reply.body)
  const { code, message } = conform(errorMessage, reply.error).error
  throw new Refused(code, message)
}

function conform<T>(schema: Schema<T>, body: unknown): T {
  try {
    return check(schema, body)
  } catch (error) {
    throw error instanceof ProtocolBreach ? new Failed(error.message) : error
  }
}
