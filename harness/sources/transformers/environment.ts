/** The pinned Python environment of the reference, made by uv in the cache folder. */
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import { cacheFolder } from '../../cache-folder.js'
import { ParityError } from '../../errors.js'
import { packageRoot } from '../../package-root.js'

const requirements = join(packageRoot, 'references/transformers/requirements.txt')

export interface PythonEnvironment {
  readonly folder: string
  readonly python: string
  readonly ready: boolean
}

/** Where the environment is, or would be: its folder is named after the requirements, so that new ones make a new one. */
export async function pythonEnvironment(): Promise<PythonEnvironment> {
  const own = process.env.PARITY_PYTHON
  if (own !== undefined && own !== '') return { folder: own, python: own, ready: true }
  const hash = createHash('sha256')
    .update(await readFile(requirements))
    .digest('hex')
    .slice(0, 12)
  const folder = join(cacheFolder(), 'environments', `transformers-${hash}`)
  const python = process.platform === 'win32' ? join(folder, 'Scripts/python.exe') : join(folder, 'bin/python')
  return { folder, python, ready: existsSync(join(folder, 'complete')) }
}

/** Makes the environment if there is none. What uv prints goes to stderr. @throws ParityError PARITY_SOURCE */
export async function installPythonEnvironment(): Promise<PythonEnvironment> {
  const environment = await pythonEnvironment()
  if (environment.ready) return environment
  const { folder, python } = environment
  await rm(folder, { recursive: true, force: true })
  await uv(['venv', '--quiet', '--python', '>=3.10,<3.15', folder])
  // Compiled now: importing torch and transformers then takes seconds less, every time.
  await uv(['pip', 'install', '--python', python, '--compile-bytecode', '--require-hashes', '-r', requirements])
  await writeFile(join(folder, 'complete'), '')
  return { ...environment, ready: true }
}

async function uv(args: readonly string[]): Promise<void> {
  const { failed, exitCode, code } = await execa('uv', args, {
    stdout: process.stderr,
    stderr: 'inherit',
    reject: false,
  })
  if (!failed) return
  const missing = code === 'ENOENT'
  throw new ParityError(
    'PARITY_SOURCE',
    missing
      ? 'the Python environment of the reference needs uv, which is not installed'
      : `uv ${args[0]} failed with exit code ${exitCode}`,
    missing ? 'pip install uv, then run the command again.' : 'The lines above are uv’s own.',
  )
}
