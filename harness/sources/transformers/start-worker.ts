import { join } from 'node:path'
import { packageRoot } from '../../package-root.js'
import { WorkerHost } from '../../workers/host.js'
import type { OpenSource, Timeouts } from '../source.js'
import { pythonEnvironment } from './environment.js'

/** Starts the Python worker, for true float64 where `isExact`. Throws a `WorkerFault`. */
export async function startWorker(isExact: boolean, timeouts: Timeouts, signal?: AbortSignal): Promise<WorkerHost> {
  const { python } = await pythonEnvironment()
  // PyTorch's vectorised float32 power errs by an ulp now and then, which moves rotary frequencies; the truth may not
  // depend on the processor.
  const exact: Record<string, string> = isExact ? { ATEN_CPU_CAPABILITY: 'default' } : {}
  const env = { HF_HUB_OFFLINE: '1', ...exact }
  return WorkerHost.start(
    { file: python, args: [join(packageRoot, 'references/transformers/worker.py')], env },
    timeouts,
    signal,
  )
}

/** What it is asked to open. */
export const toOpenRequest = ({ id, checkpoint, threads, options }: OpenSource) => {
  const { device = 'cpu', dtype = 'float32' } = id
  return { checkpoint, device, dtype, options: { ...options, threads } }
}
