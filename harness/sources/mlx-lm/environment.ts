/** The Python environments of mlx-lm: one for each version that is pinned, and one of the user's own. */
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import { ParityError } from '../../errors.js'
import { packageRoot } from '../../package-root.js'
import { locateEnvironment, makeEnvironment, ownEnvironment, type PythonEnvironment } from '../python-environment.js'

const folder = join(packageRoot, 'references/mlx-lm')
const requirementsOf = (version: string) => join(folder, `requirements-${version}.txt`)

/** How to run a version that is not pinned. */
export const useOwnPython = 'set PARITY_PYTHON_MLX_LM to an interpreter that has it'

/** Versions with a file of requirements, the newest first. */
export async function pinnedVersions(): Promise<string[]> {
  const versions = (await readdir(folder)).flatMap((file) => /^requirements-(.+)\.txt$/.exec(file)?.slice(1) ?? [])
  return versions.sort((left, right) => right.localeCompare(left, 'en', { numeric: true }))
}

export interface MlxLmEnvironment extends PythonEnvironment {
  readonly version: string
  /** Whether the interpreter is the user's own. */
  readonly own: boolean
}

/**
 * Where mlx-lm of a version is, or would be. The user's own interpreter, where `PARITY_PYTHON_MLX_LM` names one, serves
 * the version that it has and whoever names none. `null`: the version is neither there nor pinned.
 *
 * @throws ParityError PARITY_SOURCE where the user's own interpreter has no mlx-lm
 */
export async function findEnvironment(version: string | undefined): Promise<MlxLmEnvironment | null> {
  const python = process.env.PARITY_PYTHON_MLX_LM
  if (python !== undefined && python !== '') {
    const has = await readVersion(python)
    if (version === undefined || version === has) return { ...ownEnvironment(python), version: has, own: true }
  }
  const pinned = await pinnedVersions()
  const wanted = version ?? pinned[0]
  if (!pinned.includes(wanted)) return null
  return { ...(await locateEnvironment('mlx-lm', requirementsOf(wanted))), version: wanted, own: false }
}

/** Makes the environment of a pinned version, or of the newest, if there is none. @throws ParityError PARITY_SOURCE */
export async function installEnvironment(version: string | undefined): Promise<void> {
  const pinned = await pinnedVersions()
  const wanted = version ?? pinned[0]
  if (!pinned.includes(wanted)) {
    const hint = `Pinned: ${pinned.join(', ')}. For another one, ${useOwnPython}.`
    throw new ParityError('PARITY_SOURCE', `mlx-lm ${wanted} is not pinned, so there is nothing to install`, hint)
  }
  await makeEnvironment('mlx-lm', requirementsOf(wanted))
}

/** Read from the file that holds it: importing mlx-lm takes seconds, and a working tree has no metadata. */
const printVersion = `
import importlib.util, runpy, sys
spec = importlib.util.find_spec('mlx_lm') or sys.exit("No module named 'mlx_lm'")
folder = spec.submodule_search_locations[0]
print(runpy.run_path(folder + '/_version.py')['__version__'])
`

async function readVersion(python: string): Promise<string> {
  const { failed, stdout, stderr, shortMessage } = await execa(python, ['-c', printVersion], { reject: false })
  if (!failed) return stdout.trim()
  const said = stderr?.trim().split('\n').at(-1)
  const why = said === undefined || said === '' ? shortMessage : said
  const message = `the interpreter of PARITY_PYTHON_MLX_LM, ${python}, has no mlx-lm: ${why}`
  throw new ParityError('PARITY_SOURCE', message, 'Name a Python that can import mlx_lm.')
}
