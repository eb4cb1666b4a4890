import type { Session } from '../../types.js'
import type { WorkerHost } from '../../workers/host.js'
import { openWorkerSession } from '../../workers/worker-session.js'
import type { OpenSource } from '../source.js'
import { startWorker, toOpenRequest } from './start-worker.js'

/** One process of transformers in each kind of arithmetic, for one checkpoint after another: it takes seconds to start. */
export class TransformersProcesses implements AsyncDisposable {
  readonly #hosts = new Map<boolean, Promise<WorkerHost>>()

  /** As `transformers.open`; takes one session of each kind at a time. */
  async open(request: OpenSource, signal: AbortSignal): Promise<Session> {
    const isExact = request.id.dtype === 'float64'
    const starting = this.#hosts.get(isExact) ?? startWorker(isExact, request.timeouts, signal)
    this.#hosts.set(isExact, starting)
    return openWorkerSession(await starting, toOpenRequest(request), signal, true)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const starting of this.#hosts.values()) await (await starting)[Symbol.asyncDispose]()
  }
}
