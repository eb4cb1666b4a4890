/** The environments of an engine: one for each version, and an interpreter of the user's own. */
import { execa } from 'execa'
import { ParityError } from '../../errors.js'
import { locateEnvironment, makeEnvironment } from './environment.js'
import { readVersion, type Interpreter } from './interpreter.js'
import { findPins, listPinned, makePins } from './pins.js'
import type { PythonPackage } from './python-package.js'

/** Where a version of an engine is, or would be. */
export interface EngineEnvironment {
  readonly version: string
  /** `null` before anything has been made. */
  readonly python: string | null
  readonly env: Readonly<Record<string, string>>
  /** Whether the interpreter is the user's own. */
  readonly own: boolean
}

/**
 * Where an engine of a version is. The user's own interpreter serves the version that it has and whoever names none.
 *
 * @param own the one that an alias names; else that of the package's variable
 * @throws ParityError PARITY_SOURCE where the user's own interpreter does not have the package, or an alias's another version
 */
export async function findEnvironment(
  wanted: PythonPackage,
  version: string | undefined,
  own?: Interpreter,
): Promise<EngineEnvironment> {
  const interpreter = own ?? namedByVariable(wanted)
  if (interpreter !== null) {
    const { python, env = {} } = interpreter
    const has = await readVersion(wanted, interpreter)
    if (version === undefined || version === has) return { version: has, python, env, own: true }
    if (own !== undefined) throw otherVersion(wanted, has, interpreter, version)
  }
  const meant = version ?? (await preferredVersion(wanted))
  const pins = findPins(wanted, meant)
  const made = pins === null ? null : await locateEnvironment(wanted.source, pins)
  return { version: meant, python: made?.ready === true ? made.python : null, env: {}, own: false }
}

/** Makes the environment of a version, or of the preferred one. @throws ParityError PARITY_SOURCE */
export async function installEnvironment(wanted: PythonPackage, version: string | undefined): Promise<void> {
  const pins = await makePins(wanted, version ?? (await preferredVersion(wanted)))
  await makeEnvironment(wanted.source, pins, wanted.pythons)
}

/** Every version that the package index has, the newest first; asks it. @throws ParityError PARITY_SOURCE */
export async function listReleases({ source, distribution }: PythonPackage): Promise<string[]> {
  // uv itself lists no versions; pip reads the same index that it would install from.
  const args = ['tool', 'run', 'pip', 'index', 'versions', distribution, '--json']
  const { failed, stdout, stderr, shortMessage } = await execa('uv', args, { reject: false })
  const versions = failed ? [] : (JSON.parse(stdout) as { versions: string[] }).versions
  if (versions.length > 0) return versions
  const why = stderr?.trim().split('\n').at(-1) ?? shortMessage
  throw new ParityError('PARITY_SOURCE', `the versions of ${source} could not be listed: ${why}`, 'pip install uv.')
}

const preferredVersion = async (wanted: PythonPackage): Promise<string> =>
  wanted.preferred ?? (await listPinned(wanted))[0]

function namedByVariable({ variable }: PythonPackage): Interpreter | null {
  const python = process.env[variable]
  return python === undefined || python === '' ? null : { python, origin: variable }
}

function otherVersion({ source }: PythonPackage, has: string, { origin }: Interpreter, version: string): ParityError {
  const message = `the interpreter of ${origin} has ${source} ${has}, not ${version}`
  return new ParityError('PARITY_SOURCE', message, `Ask for ${source}@${has}, or name no version.`)
}
