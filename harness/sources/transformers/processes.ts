import type { Session } from '../../types.js'
import type { WorkerHost } from '../../workers/host.js'
import { openWorkerSession } from '../../workers/worker-session.js'
import type { OpenSource } from '../source.js'
import { transformers } from './index.js'

/** One process of transformers in each kind of arithmetic, for one checkpoint after another: it takes seconds to start. */
export class TransformersProcesses implements AsyncDisposable {
  readonly #hosts = new Map<boolean, Promise<WorkerHost>>()

  /** As `transformers.open`; takes one session of each kind at a time. */
  async open({ id, checkpoint, threads, options, timeouts }: OpenSource, signal: AbortSignal): Promise<Session> {
    const isExact = id.dtype === 'float64'
    const starting = this.#hosts.get(isExact) ?? transformers.start(id, timeouts, signal)
    this.#hosts.set(isExact, starting)
    const { device = 'cpu', dtype = 'float32' } = id
    const request = { checkpoint, device, dtype, options: { ...options, threads } }
    return openWorkerSession(await starting, request, signal, true)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const starting of this.#hosts.values()) {
      const host = await starting.catch(() => null) // Whoever asked for one that did not start has been told.
      await host?.[Symbol.asyncDispose]()
    }
  }
}
