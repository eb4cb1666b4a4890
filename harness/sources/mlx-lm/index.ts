import { join } from 'node:path'
import { ParityError } from '../../errors.js'
import { packageRoot } from '../../package-root.js'
import type { Availability, SourceId } from '../../types.js'
import { WorkerFault, WorkerHost } from '../../workers/host.js'
import { openWorkerSession } from '../../workers/worker-session.js'
import type { OpenSource, Source } from '../source.js'
import { findEnvironment, pinnedVersions, useOwnPython } from './environment.js'
import { explainRefusal } from './explain-refusal.js'

const isMac = process.platform === 'darwin'
const devices = isMac ? ['gpu', 'cpu'] : ['cpu', 'gpu']

/** mlx-lm, in any of the versions that are pinned or in an interpreter of the user's: Metal on macOS, else the CPU. */
export const mlxLm: Source = {
  name: 'mlx-lm',
  summary: 'mlx-lm, on Apple’s MLX',
  devices,
  dtypes: ['float32', 'float16', 'bfloat16'],

  async check({ version, device = devices[0] }: SourceId): Promise<Availability> {
    const environment = await findEnvironment(version).catch((error: unknown) => {
      if (ParityError.is(error)) return error
      throw error
    })
    if (ParityError.is(environment)) return { ok: false, why: environment.message, fix: environment.hint }
    if (environment === null) {
      const pinned = (await pinnedVersions()).join(', ')
      return { ok: false, why: `mlx-lm ${version} is not pinned, only ${pinned}`, fix: useOwnPython }
    }
    const { own, ready } = environment
    if (device === 'gpu' && !isMac && !own) {
      const fix = 'set PARITY_PYTHON_MLX_LM to an interpreter with mlx-lm and mlx[cuda]'
      return { ok: false, why: 'its pinned environment has no GPU outside macOS', fix }
    }
    if (!ready) {
      const wanted = version === undefined ? 'mlx-lm' : `mlx-lm@${version}`
      return { ok: false, why: 'its Python environment has not been made', fix: `parity doctor --install ${wanted}` }
    }
    return { ok: true, version: environment.version, device }
  },

  async open({ id, checkpoint, options, timeouts }: OpenSource, signal: AbortSignal) {
    const { version, device = devices[0], dtype = 'float32' } = id
    const environment = await findEnvironment(version)
    if (environment === null)
      throw new ParityError('PARITY_SOURCE', `mlx-lm ${version} is not pinned`, `To run it, ${useOwnPython}.`)
    const args = [join(packageRoot, 'references/mlx-lm/worker.py')]
    const command = { file: environment.python, args, env: { HF_HUB_OFFLINE: '1' } }
    const host = await WorkerHost.start(command, timeouts, signal)
    try {
      return await openWorkerSession(host, { checkpoint, device, dtype, options: { ...options } }, signal)
    } catch (error) {
      throw await withExplanation(error, checkpoint)
    }
  },
}

/** The same error; where mlx-lm refused the checkpoint for how it is written, with a hint that says so. */
async function withExplanation(error: unknown, checkpoint: string): Promise<unknown> {
  if (!(error instanceof WorkerFault) || error.kind !== 'refused') return error
  const { kind, stage, message, detail, log } = error
  // Of files that cannot be read there is nothing more to say than mlx-lm has said.
  const hint = await explainRefusal(checkpoint, message).catch(() => undefined)
  return hint === undefined ? error : new WorkerFault(kind, stage, message, { ...detail, hint }, log)
}
