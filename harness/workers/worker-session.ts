import { randomUUID } from 'node:crypto'
import { rmSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Observation, Progress, ResolvedSource, Session, Trace } from '../types.js'
import { WorkerFault } from './fault.js'
import type { WorkerHost } from './host.js'
import { atHostEnd } from './host-end.js'
import type { ObserveAnswer, OpenRequest } from './protocol.js'
import { readTensorFile, type TensorFile } from './tensor-file.js'

/**
 * Opens a checkpoint in a worker. The session owns the worker: when opening fails, and when the session is disposed, the
 * worker goes, unless it is `kept` for another checkpoint. Throws a `WorkerFault`.
 */
export async function openWorkerSession(
  host: WorkerHost,
  request: OpenRequest,
  signal?: AbortSignal,
  kept = false,
): Promise<Session> {
  try {
    const { device, adapter, software, ...opened } = await host.open(request, signal)
    const { source: name, versions = {} } = host.hello
    const { version = host.hello.version, gives = host.hello.gives } = opened
    const folder = await mkdtemp(join(tmpdir(), 'parity-'))
    return new WorkerSession(
      host,
      { name, version, device, dtype: request.dtype, adapter, software, gives, versions },
      folder,
      kept,
    )
  } catch (error) {
    if (!kept) await host[Symbol.asyncDispose]()
    throw error
  }
}

class WorkerSession implements Session {
  readonly source: ResolvedSource
  readonly #host: WorkerHost
  /** Where the worker leaves its tensors. */
  readonly #folder: string
  readonly #kept: boolean
  readonly #forget: () => void

  constructor(host: WorkerHost, source: ResolvedSource, folder: string, kept: boolean) {
    this.source = source
    this.#host = host
    this.#kept = kept
    this.#folder = folder
    this.#forget = atHostEnd(() => {
      rmSync(folder, { recursive: true, force: true })
    })
  }

  async observe(request: Observation, signal: AbortSignal, progress?: Progress): Promise<Trace> {
    const save = join(this.#folder, `${randomUUID()}.safetensors`)
    try {
      const answer = await this.#host.observe({ ...request, save }, signal, progress)
      this.#checkTokens(request, answer)
      const tensors = await this.#read(save, request, answer)
      return {
        generated: answer.generated,
        elapsedMs: answer.elapsedMs,
        peakBytes: largest(answer.peakBytes, this.#host.peakBytes()),
        tensor: (name) => tensors.get(name),
      }
    } finally {
      await rm(save, { force: true })
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#kept) await this.#host[Symbol.asyncDispose]()
    await rm(this.#folder, { recursive: true, force: true })
    this.#forget()
  }

  #checkTokens({ prompts, generate }: Observation, { generated }: ObserveAnswer): void {
    if (generate === 0 && generated.length === 0) return
    if (generated.length !== prompts.length) {
      throw this.#breach(`${generated.length} lists of tokens for ${prompts.length} prompts`)
    }
    const short = generated.findIndex((tokens) => generate > 0 && tokens.length !== generate)
    if (short < 0) return
    const count = generated[short]?.length ?? 0
    throw this.#breach(`${count} tokens instead of ${generate} for prompt ${short}`)
  }

  async #read(save: string, request: Observation, answer: ObserveAnswer): Promise<TensorFile> {
    try {
      return await readTensorFile(save, answer.tensors, request.prompts.length)
    } catch (error) {
      throw this.#breach(error instanceof Error ? error.message : String(error))
    }
  }

  #breach(what: string): WorkerFault {
    const message = `the worker broke the protocol while observing: ${what}`
    return new WorkerFault('protocol', 'observe', message, {}, this.#host.log)
  }
}

function largest(left: number | null, right: number | null): number | null {
  return left === null ? right : right === null ? left : Math.max(left, right)
}
