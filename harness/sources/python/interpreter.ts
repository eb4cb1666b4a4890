/** An interpreter of the user's own. */
import { execa } from 'execa'
import { ParityError } from '../../errors.js'
import type { PythonPackage } from './python-package.js'

export interface Interpreter {
  /** A Python, by its path or the name of a program. */
  readonly python: string
  /** Variables that it gets beside those of this process: `PYTHONPATH` of a working tree. */
  readonly env?: Readonly<Record<string, string>>
  /** Who named it, for what is said of it: `PARITY_PYTHON`, `sources.mine.python`. */
  readonly origin: string
}

const versions = new Map<string, Promise<string>>()

/** The version of a package that an interpreter has; asked once. @throws ParityError PARITY_SOURCE where it has none */
export function readVersion(wanted: PythonPackage, interpreter: Interpreter): Promise<string> {
  const key = JSON.stringify([wanted.source, interpreter])
  const known = versions.get(key) ?? askVersion(wanted, interpreter)
  versions.set(key, known)
  return known
}

async function askVersion(wanted: PythonPackage, { python, env, origin }: Interpreter): Promise<string> {
  const asked = await execa(python, ['-c', wanted.printVersion], { env, reject: false })
  if (!asked.failed) return asked.stdout.trim()
  const said = asked.stderr?.trim().split('\n').at(-1)
  const why = said === undefined || said === '' ? asked.shortMessage : said
  const message = `the interpreter of ${origin}, ${python}, has no ${wanted.source}: ${why}`
  throw new ParityError('PARITY_SOURCE', message, `Name a Python that can import ${wanted.module}.`)
}
