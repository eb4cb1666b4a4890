/** node-llama-cpp: where it is, of which version, and how it gets into the cache folder. */
import { createHash } from 'node:crypto'
import { existsSync, readdirSync } from 'node:fs'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { execa } from 'execa'
import { cacheFolder } from '../../cache-folder.js'
import { ParityError } from '../../errors.js'
import { packageRoot } from '../../package-root.js'

/** What is meant, and installed, where no version is named and none is to be found. */
export const preferredVersion = '3.22.1'

const isMac = process.platform === 'darwin'

export const devices: readonly string[] = isMac ? ['metal', 'cpu'] : ['cpu', 'cuda', 'vulkan']

export interface FoundPackage {
  /** Its main file. */
  readonly entry: string
  readonly version: string
}

/** The one of the user's project, then that beside this package, then that of the cache folder; null where there is none. */
export async function findPackage(wanted: string | undefined): Promise<FoundPackage | null> {
  for (const folder of [process.cwd(), packageRoot]) {
    const entry = resolveFrom(folder, 'node-llama-cpp')
    if (entry === null) continue
    const { version } = await readVersions(entry)
    if (wanted === undefined || wanted === version) return { entry, version }
  }
  const version = wanted ?? preferredVersion
  const folder = environmentOf(version)
  const entry = existsSync(join(folder, 'complete')) ? resolveFrom(folder, 'node-llama-cpp') : null
  return entry === null ? null : { entry, version }
}

/** Whether a package has the binaries for a device, prebuilt or built on this machine. */
export function hasBinary({ entry }: FoundPackage, device: string): boolean {
  const home = homeOf(entry)
  return resolveFrom(home, binaryOf(device)) !== null || existsSync(join(home, 'llama/localBuilds'))
}

/** libllama among the binaries for the CPU. @throws ParityError PARITY_SOURCE where there is none */
export function findLibrary({ entry }: FoundPackage): string {
  const binaries = resolveFrom(homeOf(entry), binaryOf('cpu'))
  const folder = binaries === null ? null : join(homeOf(binaries), 'bins')
  const files = folder === null ? [] : readdirSync(folder, { recursive: true, encoding: 'utf8' })
  const name = files.find((file) => /^(?:lib)?llama\.(?:v[\d.]+\.)?(?:so|dylib|dll)$/.test(basename(file)))
  if (folder !== null && name !== undefined) return join(folder, name)
  const message = `there is no libllama beside ${entry}`
  throw new ParityError('PARITY_SOURCE', message, 'Name a GGUF of your own by the option gguf.')
}

/** Puts a version with this machine's binaries, and no other's, into the cache folder. @throws ParityError PARITY_SOURCE */
export async function installPackage(version = preferredVersion): Promise<void> {
  const folder = environmentOf(version)
  if (existsSync(join(folder, 'complete'))) return
  await rm(folder, { recursive: true, force: true })
  // Its own scripts would build llama.cpp where a binary does not fit.
  const how = ['--prefix', folder, '--omit=optional', '--ignore-scripts', '--no-audit', '--no-fund']
  const what = ['node-llama-cpp', binaryOf(isMac ? 'metal' : 'cpu')].map((name) => `${name}@${version}`)
  await runNpm(['install', ...how, ...what])
  await writeFile(join(folder, 'complete'), '')
}

/** Every version that npm's registry has, the newest first. @throws ParityError PARITY_SOURCE */
export async function listVersions(): Promise<string[]> {
  const versions = JSON.parse(await runNpm(['view', 'node-llama-cpp', 'versions', '--json'])) as string[]
  return versions.reverse()
}

/** Of node-llama-cpp, and the release of llama.cpp that it was built of. */
export async function readVersions(entry: string): Promise<{ version: string; release: string }> {
  const home = homeOf(entry)
  const { version } = (await readJson(join(home, 'package.json'))) as { version: string }
  const { release } = (await readJson(join(home, 'llama/binariesGithubRelease.json'))) as { release: string }
  return { version, release }
}

/** Its name for the binaries of this machine and a device. */
function binaryOf(device: string): string {
  const { platform, arch } = process
  const machine = { linux: 'linux', darwin: 'mac', win32: 'win' }[platform as string] ?? platform
  const suffix = isMac ? (arch === 'arm64' ? '-metal' : '') : device === 'cpu' ? '' : `-${device}`
  return `@node-llama-cpp/${machine}-${arch === 'arm' ? 'armv7l' : arch}${suffix}`
}

function environmentOf(version: string): string {
  const hash = createHash('sha256')
    .update(JSON.stringify([version, binaryOf('cpu')]))
    .digest('hex')
    .slice(0, 12)
  return join(cacheFolder(), 'environments', `llama-cpp-${hash}`)
}

/** The folder of the package, or of binaries: of both the main file is `dist/index.js`. */
const homeOf = (entry: string): string => dirname(dirname(entry))

function resolveFrom(folder: string, name: string): string | null {
  try {
    return createRequire(join(folder, 'package.json')).resolve(name)
  } catch {
    return null
  }
}

const readJson = async (file: string): Promise<unknown> => JSON.parse(await readFile(file, 'utf8'))

async function runNpm(args: readonly string[]): Promise<string> {
  const { failed, exitCode, stdout, code } = await execa('npm', args, { stderr: 'inherit', reject: false })
  if (!failed) return stdout
  const why = code === 'ENOENT' ? 'npm was not found' : `npm ${args[0]} failed with exit code ${exitCode}`
  throw new ParityError('PARITY_SOURCE', `${why} for llama-cpp`, 'The lines above are npm’s own.')
}
