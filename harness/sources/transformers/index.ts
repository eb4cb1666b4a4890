import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { packageRoot } from '../../package-root.js'
import { floatDtypes, type Availability, type SourceId } from '../../types.js'
import { WorkerHost } from '../../workers/host.js'
import { openWorkerSession } from '../../workers/worker-session.js'
import type { OpenSource, Source } from '../source.js'
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

  async open({ id, checkpoint, threads, options, timeouts }: OpenSource, signal: AbortSignal) {
    const { python } = await pythonEnvironment()
    const { device = 'cpu', dtype = 'float32' } = id
    // PyTorch's vectorised float32 power errs by an ulp now and then, which moves rotary frequencies; the truth may not
    // depend on the processor.
    const exact: Record<string, string> = dtype === 'float64' ? { ATEN_CPU_CAPABILITY: 'default' } : {}
    const env = { HF_HUB_OFFLINE: '1', ...exact }
    const host = await WorkerHost.start({ file: python, args: [join(folder, 'worker.py')], env }, timeouts, signal)
    return openWorkerSession(host, { checkpoint, device, dtype, options: { ...options, threads } }, signal)
  },
}

async function pinnedVersion(): Promise<string> {
  const text = await readFile(join(folder, 'requirements.in'), 'utf8')
  return /^transformers==(\S+)/m.exec(text)?.[1] ?? 'unknown'
}
