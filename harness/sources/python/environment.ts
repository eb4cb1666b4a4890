/** Pinned Python environments, made by uv in the cache folder. */
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import { cacheFolder } from '../cache-folder.js'
import { ParityError } from '../errors.js'

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

/** An interpreter of the user's own, which stands for an environment. */
export const ownEnvironment = (python: string): PythonEnvironment => ({ folder: python, python, ready: true })

/**
 * Makes the environment of a source from a file of requirements with hashes, if there is none. What uv prints goes to
 * stderr. @throws ParityError PARITY_SOURCE
 */
export async function makeEnvironment(source: string, requirements: string): Promise<void> {
  const { folder, python, ready } = await locateEnvironment(source, requirements)
  if (ready) return
  const uv = (args: readonly string[]) => runUv(source, args)
  await rm(folder, { recursive: true, force: true })
  await uv(['venv', '--quiet', '--python', '>=3.11,<3.15', folder])
  // Compiled now: importing large packages then takes seconds less, every time.
  await uv(['pip', 'install', '--python', python, '--compile-bytecode', '--require-hashes', '-r', requirements])
  await writeFile(join(folder, 'complete'), '')
}

async function runUv(source: string, args: readonly string[]): Promise<void> {
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
      ? `the Python environment of ${source} needs uv, which is not installed`
      : `uv ${args[0]} failed with exit code ${exitCode}`,
    missing ? 'pip install uv, then run the command again.' : 'The lines above are uv’s own.',
  )
}
