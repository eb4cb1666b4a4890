import { join, resolve } from 'node:path'
import { blockTypes, type BlockType } from '../../checkpoint/round-blocks.js'
import { ParityError } from '../../errors.js'
import { packageRoot } from '../../package-root.js'
import type { Availability, SourceId } from '../../types.js'
import { WorkerFault, WorkerHost } from '../../workers/host.js'
import { openWorkerSession } from '../../workers/worker-session.js'
import { explainRefusal } from '../mlx-lm/explain-refusal.js'
import { findEnvironment, installEnvironment } from '../python/environments.js'
import type { OpenSource, Source } from '../source.js'
import { cachedGguf } from './cached-gguf.js'
import { chooseConverter, installCommandOf } from './convert.js'
import { devices, findLibrary, findPackage, hasBinary, installPackage, listVersions, readVersions } from './package.js'
import { fileTypes, type LlamaDtype } from './types.js'

const workerFile = join(packageRoot, 'dist/sources/llama-cpp/worker.js')

const isBlockType = (dtype: string | undefined): dtype is BlockType => blockTypes.some((type) => type === dtype)

const dtypes = Object.keys(fileTypes)

/** llama.cpp through node-llama-cpp, which is an optional peer: on the CPU, CUDA, Vulkan or Metal. */
export const llamaCpp: Source = {
  name: 'llama-cpp',
  summary: 'llama.cpp, through node-llama-cpp',
  devices,
  dtypes,
  versions: listVersions,

  async install(version, options) {
    await installPackage(version)
    await installEnvironment(chooseConverter(options?.converter), undefined)
  },

  // ggml looks gelu up on the CPU in a table whose arguments and values are float16: `ggml_vec_geglu_f32` in vec.h.
  roundings: ({ dtype, device = devices[0] }) => ({
    ...(isBlockType(dtype) ? { weights: dtype } : {}),
    ...(device === 'cpu' ? { gelu: 'float16' } : {}),
  }),

  async check({ version, device = devices[0] }: SourceId, options = {}): Promise<Availability> {
    const fix = installCommand(version)
    const found = await findPackage(version)
    if (found === null)
      return { ok: false, why: `node-llama-cpp ${version ?? ''} is not installed`.replace('  ', ' '), fix }
    if (!hasBinary(found, device))
      return {
        ok: false,
        why: `node-llama-cpp ${found.version} has no '${device}' binary here`,
        fix: 'npm install node-llama-cpp brings those of all devices into your project',
      }
    const available: Availability = { ok: true, version: found.version, device }
    if (typeof options.gguf === 'string') return available
    const wanted = chooseConverter(options.converter)
    const converter = await findEnvironment(wanted, undefined).catch((error: unknown) => {
      if (ParityError.is(error)) return error
      throw error
    })
    if (ParityError.is(converter)) return { ok: false, why: converter.message, fix: converter.hint }
    if (converter.python !== null) return available
    return { ok: false, why: 'its converter to GGUF is not installed', fix: installCommandOf(wanted) }
  },

  async open({ id, checkpoint, threads, options, timeouts }: OpenSource, signal: AbortSignal) {
    const { device = devices[0], dtype = dtypes[0] } = id
    const found = await findPackage(id.version)
    if (found === null)
      throw new ParityError('PARITY_SOURCE', 'node-llama-cpp is not installed', installCommand(id.version))
    const { release } = await readVersions(found.entry)
    try {
      const gguf =
        typeof options.gguf === 'string'
          ? resolve(options.gguf)
          : await cachedGguf(
              checkpoint,
              dtype as LlamaDtype,
              { library: () => findLibrary(found), release },
              signal,
              chooseConverter(options.converter),
            )
      const command = { file: process.execPath, args: [workerFile, found.entry], protocolFd: 3 } as const
      const host = await WorkerHost.start(command, timeouts, signal)
      const request = { checkpoint, device, dtype, options: { ...options, threads, gguf } }
      return await openWorkerSession(host, request, signal)
    } catch (error) {
      throw await withExplanation(error, checkpoint)
    }
  },
}

const installCommand = (version: string | undefined) =>
  `parity doctor --install llama-cpp${version === undefined ? '' : `@${version}`}`

/** The same error; where how the checkpoint is written explains it, with a hint that says so. */
async function withExplanation(error: unknown, checkpoint: string): Promise<unknown> {
  if (!(error instanceof WorkerFault) || error.kind !== 'refused' || error.detail.hint !== undefined) return error
  const { kind, stage, message, detail, log } = error
  const hint = await explainRefusal(checkpoint, message).catch(() => undefined)
  return hint === undefined ? error : new WorkerFault(kind, stage, message, { ...detail, hint }, log)
}
