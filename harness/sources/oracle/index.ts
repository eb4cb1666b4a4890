import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { packageRoot } from '../../package-root.js'
import { floatDtypes, type Availability } from '../../types.js'
import { WorkerHost } from '../../workers/host.js'
import { openWorkerSession } from '../../workers/worker-session.js'
import type { OpenSource, Source } from '../source.js'

/** An independent Gemma 4 in plain Python, run by Pyodide inside Node: a reference where there is no Python. */
export const oracle: Source = {
  name: 'oracle',
  summary: 'Gemma 4 in plain Python, run by Pyodide',
  devices: ['cpu'],
  dtypes: floatDtypes,

  async check(): Promise<Availability> {
    return { ok: true, version: await oracleVersion(), device: 'cpu' }
  },

  async open({ id, checkpoint, options, timeouts }: OpenSource, signal: AbortSignal) {
    const { device = 'cpu', dtype = 'float64' } = id
    const worker = join(packageRoot, 'dist/sources/oracle/worker.js')
    const host = await WorkerHost.start({ file: process.execPath, args: [worker], protocolFd: 3 }, timeouts, signal)
    return openWorkerSession(host, { checkpoint, device, dtype, options: { ...options } }, signal)
  },
}

async function oracleVersion(): Promise<string> {
  const text = await readFile(join(packageRoot, 'references/oracle/worker.py'), 'utf8')
  return /^VERSION = ["'](.+)["']/m.exec(text)?.[1] ?? 'unknown'
}
