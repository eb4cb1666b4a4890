import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { packageRoot } from '../../package-root.js'
import { floatDtypes, type Availability, type SourceId } from '../../types.js'
import { openWorkerSession } from '../../workers/worker-session.js'
import type { OpenSource, Source } from '../source.js'
import { pythonEnvironment } from './environment.js'
import { startWorker, toOpenRequest } from './start-worker.js'

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

async function pinnedVersion(): Promise<string> {
  const text = await readFile(join(packageRoot, 'references/transformers/requirements.in'), 'utf8')
  return /^transformers==(\S+)/m.exec(text)?.[1] ?? 'unknown'
}
