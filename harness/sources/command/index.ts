import { ParityError } from '../../errors.js'
import { formatSourceId } from '../../source-id.js'
import type { Availability, SourceId } from '../../types.js'
import { WorkerFault, WorkerHost, type WorkerCommand } from '../../workers/host.js'
import { openWorkerSession } from '../../workers/worker-session.js'
import type { OpenSource, Source } from '../source.js'

/** A program of the user's that speaks the worker protocol, as `sources` in `parity.config.ts` names it. */
export interface CommandAlias {
  /** The program and its arguments. */
  readonly command: readonly string[]
  /** Variables that it gets beside those of this process. */
  readonly env?: Readonly<Record<string, string>>
  /** Folder that it starts in. */
  readonly cwd?: string
  /** What it can be asked for, the preferred one first: `cpu` where nothing is said. */
  readonly devices?: readonly string[]
  /** The default first: `float32` where nothing is said. */
  readonly dtypes?: readonly string[]
  /** Handed to it when it opens a checkpoint. */
  readonly options?: Readonly<Record<string, unknown>>
}

/** How long it may take to say hello when nothing but its version is asked. */
const helloMs = 60_000

/** The source that an alias names: any program that speaks the worker protocol. */
export function commandSource(name: string, alias: CommandAlias): Source {
  const { devices = ['cpu'], dtypes = ['float32'] } = alias
  const [file, ...args] = alias.command
  if (file === undefined || devices.length === 0 || dtypes.length === 0)
    throw new ParityError('PARITY_CONFIG', `sources.${name}: a list is empty`, 'docs/add-an-engine.md shows one.')
  const command: WorkerCommand = { file, args, env: alias.env, cwd: alias.cwd }
  const askHello = rememberHello(command)

  return {
    name,
    summary: alias.command.join(' '),
    devices,
    dtypes,

    async check({ version, device = devices[0], dtype = dtypes[0] }: SourceId): Promise<Availability> {
      const hello = await askHello()
      if (hello instanceof WorkerFault) return { ok: false, why: hello.message, fix: `correct sources.${name}.command` }
      if (version !== undefined && version !== hello.version) {
        return { ok: false, why: `its worker is version ${hello.version}`, fix: `ask for ${name}@${hello.version}` }
      }
      const id = formatSourceId({ name, device, dtype })
      for (const [field, wanted] of [
        ['devices', device],
        ['dtypes', dtype],
      ] as const) {
        const known = hello[field]
        if (!known.includes(wanted)) {
          const why = `its worker does not know ${wanted} (in '${id}'), only ${known.join(', ')}`
          return { ok: false, why, fix: `set sources.${name}.${field} to what it knows` }
        }
      }
      return { ok: true, version: hello.version, device }
    },

    async open({ id, checkpoint, threads, options, timeouts }: OpenSource, signal: AbortSignal) {
      const { device = devices[0], dtype = dtypes[0] } = id
      const host = await WorkerHost.start(command, timeouts, signal)
      const request = { checkpoint, device, dtype, options: { ...alias.options, ...options, threads } }
      return openWorkerSession(host, request, signal)
    },
  }
}

/**
 * Asks for the worker's hello, once. A program that cannot be started at all is an answer; one that fails in any other
 * way throws its `WorkerFault`, which costs the engine its verdict.
 */
function rememberHello(command: WorkerCommand): () => Promise<WorkerHost['hello'] | WorkerFault> {
  let asked: Promise<WorkerHost['hello'] | WorkerFault> | null = null
  const ask = async () => {
    try {
      await using host = await WorkerHost.start(command, { startMs: helloMs, openMs: 0, observeMs: 0 })
      return host.hello
    } catch (error) {
      if (error instanceof WorkerFault && error.kind === 'spawn') return error
      throw error
    }
  }
  return () => (asked ??= ask())
}
