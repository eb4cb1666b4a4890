import type { Session } from '../../types.js'
import { WorkerFault, WorkerHost } from '../../workers/host.js'
import { openWorkerSession } from '../../workers/worker-session.js'
import type { OpenSource } from '../source.js'
import { workerCommand } from './index.js'

/** Processes of the built-in engine on the CPU, each for one checkpoint or planted defect after another. */
export class EngineProcesses implements AsyncDisposable {
  readonly #idle: WorkerHost[] = []

  /**
   * Opens a checkpoint in a process that is free, or in a new one, which is free again when `use` is done. One that died
   * is not used again. Throws a `WorkerFault`.
   */
  async use<T>(
    { checkpoint, threads, options, timeouts }: Omit<OpenSource, 'id'>,
    signal: AbortSignal,
    use: (session: Session) => Promise<T>,
  ): Promise<T> {
    const host = this.#idle.pop() ?? (await WorkerHost.start(workerCommand(), timeouts, signal))
    let isDead = false
    try {
      const request = { checkpoint, device: 'cpu', dtype: 'float32', options: { ...options, threads } }
      await using session = await openWorkerSession(host, request, signal, true)
      return await use(session)
    } catch (error) {
      isDead = !(error instanceof WorkerFault) || error.kind !== 'refused'
      throw error
    } finally {
      if (isDead) await host[Symbol.asyncDispose]()
      else this.#idle.push(host)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#idle.splice(0).map((host) => host[Symbol.asyncDispose]()))
  }
}
