import { join } from 'node:path'
import { ParityError } from '../../errors.js'
import { packageRoot } from '../../package-root.js'
import type { Availability, SourceId } from '../../types.js'
import { WorkerFault, WorkerHost } from '../../workers/host.js'
import { openWorkerSession } from '../../workers/worker-session.js'
import type { OpenSource, Source, Timeouts } from '../source.js'
import { findEnvironment, installEnvironment, listReleases, type EngineEnvironment } from './environments.js'
import type { Interpreter } from './interpreter.js'
import type { PythonPackage } from './python-package.js'

/** An engine that a Python worker of this package drives. */
export interface PythonEngine {
  readonly package: PythonPackage
  readonly summary: string
  readonly devices: readonly string[]
  readonly dtypes: readonly string[]
  /** The worker, relative to this package. */
  readonly worker: string
  /** Variables that the worker needs for what it is asked. */
  env?(id: SourceId): Readonly<Record<string, string>>
  /** Why a device is not to be had in an environment that this package makes; null where it is. */
  refuseDevice?(device: string): { readonly why: string; readonly fix: string } | null
  /** What a checkpoint has to do with the engine's refusal of it; undefined where nothing explains it. */
  explainRefusal?(checkpoint: string, message: string): Promise<string | undefined>
}

/** A source that can start its worker for the caller to keep. */
export interface PythonSource extends Source {
  /** Throws a `WorkerFault`. */
  start(id: SourceId, timeouts: Timeouts, signal?: AbortSignal): Promise<WorkerHost>
}

/** An engine in any of its versions, each in an environment of its own, or in an interpreter of the user's (`own`). */
export function pythonSource(engine: PythonEngine, own?: Interpreter): PythonSource {
  const { summary, devices, dtypes } = engine
  const { source: name } = engine.package
  const find = (version: string | undefined) => findEnvironment(engine.package, version, own)

  const start = async (id: SourceId, timeouts: Timeouts, signal?: AbortSignal) => {
    const { version, python, env } = await find(id.version)
    if (python === null) {
      const message = `the Python environment of ${name} ${version} has not been made`
      throw new ParityError('PARITY_SOURCE', message, installCommand(name, id.version))
    }
    const args = [join(packageRoot, engine.worker)]
    const command = { file: python, args, env: { HF_HUB_OFFLINE: '1', ...engine.env?.(id), ...env } }
    return WorkerHost.start(command, timeouts, signal)
  }

  return {
    name,
    summary,
    devices,
    dtypes,
    start,
    install: (version) => installEnvironment(engine.package, version),
    versions: () => listReleases(engine.package),
    withInterpreter: (interpreter) => pythonSource(engine, interpreter),

    async check({ version, device = devices[0] }: SourceId): Promise<Availability> {
      const environment = await find(version).catch((error: unknown) => {
        if (ParityError.is(error)) return error
        throw error
      })
      if (ParityError.is(environment)) return { ok: false, why: environment.message, fix: environment.hint }
      const refused = environment.own ? null : (engine.refuseDevice?.(device) ?? null)
      if (refused !== null) return { ok: false, ...refused }
      return describe(environment, device, installCommand(name, version))
    },

    async open({ id, checkpoint, threads, options, timeouts }: OpenSource, signal: AbortSignal) {
      const { device = devices[0], dtype = dtypes[0] } = id
      const host = await start(id, timeouts, signal)
      try {
        const request = { checkpoint, device, dtype, options: { ...options, threads } }
        return await openWorkerSession(host, request, signal)
      } catch (error) {
        throw await withExplanation(engine, error, checkpoint)
      }
    },
  }
}

const installCommand = (name: string, version: string | undefined) =>
  `parity doctor --install ${name}${version === undefined ? '' : `@${version}`}`

function describe({ python, version }: EngineEnvironment, device: string, fix: string): Availability {
  if (python === null) return { ok: false, why: 'its Python environment has not been made', fix }
  return { ok: true, version, device }
}

/** The same error; where the engine refused the checkpoint for how it is written, with a hint that says so. */
async function withExplanation(engine: PythonEngine, error: unknown, checkpoint: string): Promise<unknown> {
  if (!(error instanceof WorkerFault) || error.kind !== 'refused') return error
  const { kind, stage, message, detail, log } = error
  // Of files that cannot be read there is nothing more to say than the engine has said.
  const hint = await engine.explainRefusal?.(checkpoint, message).catch(() => undefined)
  return hint === undefined ? error : new WorkerFault(kind, stage, message, { ...detail, hint }, log)
}
