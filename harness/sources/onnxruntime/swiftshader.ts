import { createReadStream, existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createBrotliDecompress } from 'node:zlib'
import { extract } from 'tar'
import { cacheFolder } from '../../cache-folder.js'
import { findVulkanDrivers, type Machine } from './vulkan-drivers.js'

/** What WebGPU runs on. */
export type Vulkan =
  /** The platform's own interface: Metal on macOS, D3D12 on Windows. */
  | { readonly kind: 'native' }
  | { readonly kind: 'driver'; readonly icds: readonly string[] }
  /** A GPU made of software. A worker that is to use it must be started with `env`: empty where the user has set it up. */
  | { readonly kind: 'swiftshader'; readonly env: Readonly<Record<string, string>> }
  | { readonly kind: 'none'; readonly why: string; readonly fix: string }

interface Place extends Machine {
  readonly platform: string
  readonly arch: string
  /** The user's project, where the package may be installed too. */
  readonly project: string
  /** Where unpacked files are kept between runs. */
  readonly cache: string
}

const packageName = '@sparticuz/chromium'
const archive = 'bin/swiftshader.tar.br'
const manifest = 'vk_swiftshader_icd.json'
const needed = [manifest, 'libvk_swiftshader.so', 'libvulkan.so.1']

/**
 * Finds what WebGPU can run on: on Linux a Vulkan driver, else (x64) SwiftShader, a Vulkan driver made of software, from
 * the npm package `@sparticuz/chromium`; it is unpacked once for the user. `PARITY_SWIFTSHADER=1` takes it over a driver.
 */
export async function resolveVulkan(overrides: Partial<Place> = {}): Promise<Vulkan> {
  const place = { ...thisPlace(), ...overrides }
  if (place.platform !== 'linux') return { kind: 'native' }
  const icds = await findVulkanDrivers(place)
  if (icds.length > 0 && place.env.PARITY_SWIFTSHADER !== '1') {
    return icds.every((icd) => basename(icd) === manifest) ? { kind: 'swiftshader', env: {} } : { kind: 'driver', icds }
  }
  const none = { kind: 'none', why: 'no Vulkan driver was found' } as const
  if (place.arch !== 'x64')
    return { ...none, fix: "install the GPU's Vulkan driver (mesa-vulkan-drivers, or NVIDIA's)" }
  const found = locatePackage(place.project)
  if (found === null) return { ...none, fix: `npm install --save-dev ${packageName}@147 (a software GPU), or a driver` }
  try {
    const folder = await unpackOnce(found, place.cache)
    return { kind: 'swiftshader', env: describeEnvironment(folder, place.env) }
  } catch (error) {
    const why = `SwiftShader cannot be unpacked: ${error instanceof Error ? error.message : String(error)}`
    return { kind: 'none', why, fix: `make ${place.cache} writable, or set PARITY_CACHE to a folder that is` }
  }
}

function thisPlace(): Place {
  const { platform, arch, env } = process
  return { platform, arch, env, root: '/', project: process.cwd(), cache: cacheFolder() }
}

/** The package's folder: beside this package, or in the user's project. */
function locatePackage(project: string): string | null {
  for (const from of [import.meta.url, join(project, 'package.json')]) {
    try {
      let folder = dirname(createRequire(from).resolve(packageName))
      while (!existsSync(join(folder, archive)) && dirname(folder) !== folder) folder = dirname(folder)
      if (existsSync(join(folder, archive))) return folder
    } catch {
      // It is not installed there.
    }
  }
  return null
}

/** Unpacks into a folder of its own, and renames that: so the folder that counts is whole, whoever else does the same. */
async function unpackOnce(packageFolder: string, cache: string): Promise<string> {
  const { version } = JSON.parse(await readFile(join(packageFolder, 'package.json'), 'utf8')) as { version: string }
  const folder = join(cache, `swiftshader-${version}`)
  if (isWhole(folder)) return folder
  await mkdir(cache, { recursive: true })
  const unfinished = await mkdtemp(`${folder}-`)
  try {
    const options = { cwd: unfinished, strict: true, preserveOwner: false, filter: isNeeded }
    await pipeline(createReadStream(join(packageFolder, archive)), createBrotliDecompress(), extract(options))
    if (!isWhole(unfinished)) throw new Error(`${join(packageFolder, archive)} lacks one of ${needed.join(', ')}`)
    await rename(unfinished, folder).catch(async (error: unknown) => {
      if (isWhole(folder)) return // Another process was faster.
      if (!existsSync(folder)) throw error
      await rm(folder, { recursive: true, force: true }) // Something has eaten from it.
      await rename(unfinished, folder)
    })
  } finally {
    await rm(unfinished, { recursive: true, force: true })
  }
  return folder
}

function isNeeded(path: string): boolean {
  return needed.includes(path.replace(/^\.\//, ''))
}

function isWhole(folder: string): boolean {
  return needed.every((name) => existsSync(join(folder, name)))
}

function describeEnvironment(folder: string, env: Machine['env']): Record<string, string> {
  const icd = join(folder, manifest)
  const libraries = [folder, env.LD_LIBRARY_PATH].filter((path) => path !== undefined && path !== '').join(':')
  return {
    VK_DRIVER_FILES: icd,
    VK_ICD_FILENAMES: icd,
    LD_LIBRARY_PATH: libraries,
    XDG_RUNTIME_DIR: env.XDG_RUNTIME_DIR ?? folder,
  }
}
