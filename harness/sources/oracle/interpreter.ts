/** Which Python runs the oracle: Pyodide unless somebody names another. */
import { execa } from 'execa'
import { ParityError } from '../../errors.js'
import type { Interpreter } from '../python/interpreter.js'

/** Variable that names an interpreter of the user's own. */
export const oracleVariable = 'PARITY_PYTHON_ORACLE'

/** Rounds a dot product once, as everything that is said of the oracle supposes; Python 3.11 has none. */
const needed = 'import math, platform; math.sumprod; print(platform.python_version())'

/** The one that an alias or the variable names; null where the oracle runs in Pyodide. */
export function findInterpreter(own: Interpreter | undefined): Interpreter | null {
  const python = process.env[oracleVariable]
  if (own !== undefined) return own
  return python === undefined || python === '' ? null : { python, origin: oracleVariable }
}

const versions = new Map<string, Promise<string>>()

/** Version of an interpreter, asked once. @throws ParityError PARITY_SOURCE where it cannot run the oracle */
export function readPythonVersion(interpreter: Interpreter): Promise<string> {
  const key = JSON.stringify(interpreter)
  const known = versions.get(key) ?? askVersion(interpreter)
  versions.set(key, known)
  return known
}

async function askVersion({ python, env, origin }: Interpreter): Promise<string> {
  const asked = await execa(python, ['-c', needed], { env, reject: false })
  if (!asked.failed) return asked.stdout.trim()
  const said = asked.stderr?.trim().split('\n').at(-1)
  const why = said === undefined || said === '' ? asked.shortMessage : said
  const message = `the interpreter of ${origin}, ${python}, cannot run the oracle: ${why}`
  throw new ParityError('PARITY_SOURCE', message, 'Name a Python of at least 3.12, or none: then Pyodide runs it.')
}
