import { join } from 'node:path'
import { packageRoot } from '../../package-root.js'
import type { Availability, SourceId } from '../../types.js'
import { WorkerHost } from '../../workers/host.js'
import { openWorkerSession } from '../../workers/worker-session.js'
import type { OpenSource, Source } from '../source.js'
import type { ServerAlias } from './server-alias.js'

const workerFile = join(packageRoot, 'dist/sources/openai/worker.js')
const device = 'server'

/** The source that an alias with a `url` names. */
export const serverSource = (name: string, alias: ServerAlias): Source => sourceOf(name, () => alias)

/** The server that the environment names. */
export const openai: Source = sourceOf('openai', () => {
  const { env } = process
  const url = [env.PARITY_OPENAI_URL, env.OPENAI_BASE_URL].find(Boolean)
  const model = env.PARITY_OPENAI_MODEL
  const apiKey = ['PARITY_OPENAI_API_KEY', 'OPENAI_API_KEY'].find((variable) => env[variable])
  return url
    ? { url, dtypes: ['float32', 'bfloat16', 'float16'], ...(model ? { model } : {}), ...(apiKey ? { apiKey } : {}) }
    : null
})

function sourceOf(name: string, find: () => ServerAlias | null): Source {
  const { dtypes = ['float32'], url } = find() ?? { dtypes: ['float32', 'bfloat16', 'float16'], url: undefined }
  return {
    name,
    summary: url === undefined ? 'an OpenAI-compatible server' : `the OpenAI-compatible server at ${url}`,
    devices: [device],
    dtypes,

    check({ version }: SourceId): Promise<Availability> {
      return Promise.resolve(checkAlias(find(), version))
    },

    async open({ id, checkpoint, threads, options, timeouts }: OpenSource, signal: AbortSignal) {
      const env = { PARITY_SERVER_DTYPES: JSON.stringify(dtypes) }
      const command = { file: process.execPath, args: [workerFile], env, protocolFd: 3 } as const
      const host = await WorkerHost.start(command, timeouts, signal)
      const request = {
        checkpoint,
        device,
        dtype: id.dtype ?? dtypes[0],
        options: { ...options, threads, server: find() },
      }
      return openWorkerSession(host, request, signal)
    },
  }
}

/** Nothing is asked of the server yet: one that cannot be reached costs the engine its verdict. */
function checkAlias(alias: ServerAlias | null, version: string | undefined): Availability {
  if (alias === null)
    return {
      ok: false,
      why: 'no server is named',
      fix: 'set PARITY_OPENAI_URL to its address, such as http://127.0.0.1:8000/v1',
    }
  if (!/^https?:\/\//.test(alias.url))
    return { ok: false, why: `${alias.url} is no http or https address`, fix: 'correct PARITY_OPENAI_URL' }
  if (version !== undefined)
    return { ok: false, why: 'the version of a server is what it runs', fix: 'leave the version out' }
  if (alias.apiKey !== undefined && !process.env[alias.apiKey])
    return { ok: false, why: `the variable ${alias.apiKey} holds no key`, fix: `set ${alias.apiKey}` }
  return { ok: true, version: 'unknown', device }
}
