/** Python environments, made by uv in the cache folder. */
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { cacheFolder } from '../../cache-folder.js'
import { withFileLock } from '../../file-lock.js'
import { runUv } from './run-uv.js'

export interface PythonEnvironment {
  readonly folder: string
  readonly python: string
  readonly ready: boolean
}

/** Where the environment of a source is, or would be: named after its requirements, so that new ones make a new one. */
export async function locateEnvironment(source: string, requirements: string): Promise<PythonEnvironment> {
  const hash = createHash('sha256')
    .update(await readFile(requirements))
    .digest('hex')
    .slice(0, 12)
  const folder = join(cacheFolder(), 'environments', `${source}-${hash}`)
  const python = process.platform === 'win32' ? join(folder, 'Scripts/python.exe') : join(folder, 'bin/python')
  return { folder, python, ready: existsSync(join(folder, 'complete')) }
}

/**
 * Makes the environment of a source from a file of requirements with hashes, if there is none; one process makes it at a
 * time. (Made elsewhere and renamed it would not run: its scripts name their folder.) What uv prints goes to stderr.
 * @throws ParityError PARITY_SOURCE
 */
export async function makeEnvironment(
  source: string,
  requirements: string,
  versions = '>=3.11,<3.15',
): Promise<PythonEnvironment> {
  const environment = await locateEnvironment(source, requirements)
  if (environment.ready) return environment
  await mkdir(dirname(environment.folder), { recursive: true })
  const note = () => process.stderr.write(`another process makes the Python environment of ${source}: waiting for it\n`)
  const make = async () => {
    // Whoever held the lock before may have made it.
    if (!(await locateEnvironment(source, requirements)).ready)
      await install(source, requirements, versions, environment)
  }
  await withFileLock(environment.folder, undefined, make, note)
  return { ...environment, ready: true }
}

async function install(
  source: string,
  requirements: string,
  versions: string,
  { folder, python }: PythonEnvironment,
): Promise<void> {
  await rm(folder, { recursive: true, force: true })
  await runUv(source, ['venv', '--quiet', '--python', versions, folder])
  // The file names every package: to resolve them again could only undo its overrides. Compiled now: importing large
  // packages then takes seconds less, every time.
  const exactly = ['--no-deps', '--require-hashes', '--compile-bytecode', '-r', requirements]
  await runUv(source, ['pip', 'install', '--python', python, ...exactly])
  await writeFile(join(folder, 'complete'), '')
}
