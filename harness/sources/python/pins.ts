/** Files that pin what a version of a Python package stands on: some come with this package, uv makes any other. */
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { cacheFolder } from '../../cache-folder.js'
import type { PythonPackage } from './python-package.js'
import { runUv } from './run-uv.js'

const nameOf = (version: string) => `requirements-${version}.txt`

/** Versions whose pins come with this package, the newest first. */
export async function listPinned({ folder }: PythonPackage): Promise<string[]> {
  const versions = (await readdir(folder)).flatMap((file) => /^requirements-(.+)\.txt$/.exec(file)?.slice(1) ?? [])
  return versions.sort((left, right) => right.localeCompare(left, 'en', { numeric: true }))
}

/** The pins of a version, where there are any yet. */
export function findPins(wanted: PythonPackage, version: string): string | null {
  const places = [join(wanted.folder, nameOf(version)), cachedPins(wanted, version)]
  return places.find((file) => existsSync(file)) ?? null
}

/** The pins of a version; uv makes them where there are none. @throws ParityError PARITY_SOURCE */
export async function makePins(wanted: PythonPackage, version: string): Promise<string> {
  const found = findPins(wanted, version)
  if (found !== null) return found
  const file = cachedPins(wanted, version)
  await writePins(wanted, version, file)
  return file
}

const cachedPins = ({ source }: PythonPackage, version: string) =>
  join(cacheFolder(), 'requirements', source, nameOf(version))

async function writePins({ source, folder }: PythonPackage, version: string, file: string): Promise<void> {
  const template = await readFile(join(folder, 'requirements.in'), 'utf8')
  const overrides = join(folder, 'overrides.txt')
  const unfinished = `${file}.${process.pid}.part`
  const how = ['--universal', '--generate-hashes', '--no-header', '--no-annotate', '--python-version', '3.11']
  const given = existsSync(overrides) ? ['--override', overrides] : []
  await mkdir(dirname(file), { recursive: true })
  try {
    const args = ['pip', 'compile', '--quiet', ...how, ...given, '--output-file', unfinished, '-']
    await runUv(source, args, template.replaceAll('{version}', version))
    await rename(unfinished, file)
  } finally {
    await rm(unfinished, { force: true })
  }
}
