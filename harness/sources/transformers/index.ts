import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { packageRoot } from '../../package-root.js'
import { floatDtypes, type Availability, type Session, type SourceId } from '../../types.js'
import { WorkerHost } from '../../workers/host.js'
import { openWorkerSession } from '../../workers/worker-session.js'
import type { OpenSource, Source, Timeouts } from '../source.js'
import { pythonEnvironment } from './environment.js'

const folder = join(packageRoot, 'references/transformers')

/** Python transformers on the CPU with eager attention: the reference. */
export const transformers: Source = {
  name: 'transformers',
  summary: 'Python transformers, the reference',
  devices: ['cpu'],
  dtypes: ['float32', ...floatDtypes.filter((dtype) => dtype !== 'float32')],

  async check({ version }: SourceId): Promise<Availability> {
    const pinned = await pinnedVersion()
    if (version !== undefined && version !== pinned) {
      return {
        ok: false,
        why: `the pinned environment holds transformers ${pinned}`,
        fix: 'set PARITY_PYTHON to an interpreter that has the version you want',
      }
    }
    const { ready } = await pythonEnvironment()
    if (!ready)
      return { ok: false, why: 'its Python environment has not been made', fix: 'parity doctor --install transformers' }
    return { ok: true, version: pinned, device: 'cpu' }
  },

  async open(request: OpenSource, signal: AbortSignal) {
    const { dtype = 'float32' } = request.id
    const host = await startWorker(dtype === 'float64', request.timeouts, signal)
    return openWorkerSession(host, toOpenRequest(request), signal)
  },
}

const toOpenRequest = ({ id, checkpoint, threads, options }: OpenSource) => {
  const { device = 'cpu', dtype = 'float32' } = id
  return { checkpoint, device, dtype, options: { ...options, threads } }
}

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

/** Throws a `WorkerFault`. */
export async function startWorker(isExact: boolean, timeouts: Timeouts, signal?: AbortSignal): Promise<WorkerHost> {
  const { python } = await pythonEnvironment()
  // PyTorch's vectorised float32 power errs by an ulp now and then, which moves rotary frequencies; the truth may not
  // depend on the processor.
  const exact: Record<string, string> = isExact ? { ATEN_CPU_CAPABILITY: 'default' } : {}
  const env = { HF_HUB_OFFLINE: '1', ...exact }
  return WorkerHost.start({ file: python, args: [join(folder, 'worker.py')], env }, timeouts, signal)
}

async function pinnedVersion(): Promise<string> {
  const text = await readFile(join(folder, 'requirements.in'), 'utf8')
  return /^transformers==(\S+)/m.exec(text)?.[1] ?? 'unknown'
}
