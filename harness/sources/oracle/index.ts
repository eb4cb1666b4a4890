import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ParityError } from '../../errors.js'
import { packageRoot } from '../../package-root.js'
import { floatDtypes, type Availability } from '../../types.js'
import { WorkerHost } from '../../workers/host.js'
import { openWorkerSession } from '../../workers/worker-session.js'
import type { Interpreter } from '../python/interpreter.js'
import type { OpenSource, Pace, Source } from '../source.js'
import { findInterpreter, oracleVariable, readPythonVersion } from './interpreter.js'

/**
 * Stored values × tokens a second on one processor of docs/verdicts.md's machine ("The oracle"), the slowest of the
 * committed geometries and dtypes.
 */
const perSecond = { pyodide: 7.5e6, cpython: 2.2e7 }

/** An independent Gemma 4 in plain Python, run by Pyodide inside Node, or by an interpreter that somebody names. */
export const oracle: Source = oracleSource()

function oracleSource(own?: Interpreter): Source {
  return {
    name: 'oracle',
    summary: 'Gemma 4 in plain Python',
    devices: ['cpu'],
    dtypes: floatDtypes,
    withInterpreter: oracleSource,

    async check(): Promise<Availability> {
      const interpreter = findInterpreter(own)
      const version = await readConstant('VERSION')
      if (interpreter === null) return { ok: true, version, device: 'cpu', note: 'Pyodide' }
      try {
        return { ok: true, version, device: 'cpu', note: `CPython ${await readPythonVersion(interpreter)}` }
      } catch (error) {
        if (!ParityError.is(error)) throw error
        return { ok: false, why: error.message, fix: error.hint }
      }
    },

    async pace({ force }): Promise<Pace> {
      const isPyodide = findInterpreter(own) === null
      return {
        perSecond: isPyodide ? perSecond.pyodide : perSecond.cpython,
        mostValues: force === true ? Infinity : Number((await readConstant('MOST_WEIGHTS')).replaceAll('_', '')),
        ...(isPyodide ? { faster: `${oracleVariable}=python3.13 takes a third of the time` } : {}),
      }
    },

    async open({ id, checkpoint, options, timeouts }: OpenSource, signal: AbortSignal) {
      const { device = 'cpu', dtype = 'float64' } = id
      const interpreter = findInterpreter(own)
      const host = await WorkerHost.start(await commandOf(interpreter), timeouts, signal)
      return openWorkerSession(host, { checkpoint, device, dtype, options: { ...options } }, signal)
    },
  }
}

async function commandOf(interpreter: Interpreter | null) {
  if (interpreter === null)
    return {
      file: process.execPath,
      args: [join(packageRoot, 'dist/sources/oracle/worker.js')],
      protocolFd: 3 as const,
    }
  await readPythonVersion(interpreter)
  const { python, env = {} } = interpreter
  // -B: the package's folder may be anybody's, and holds no compiled files.
  return { file: python, args: ['-B', join(packageRoot, 'references/oracle/worker.py')], env }
}

/** What worker.py says, so that it is said once. */
async function readConstant(name: 'VERSION' | 'MOST_WEIGHTS'): Promise<string> {
  const text = await readFile(join(packageRoot, 'references/oracle/worker.py'), 'utf8')
  const found = new RegExp(`^${name} = ["']?([\\w.]+)["']?$`, 'm').exec(text)?.[1]
  if (found === undefined) throw new Error(`references/oracle/worker.py defines no ${name}`)
  return found
}
