import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { basename, join } from 'node:path'

/** Where to look: the real machine, or a folder that stands for one. */
export interface Machine {
  readonly env: Readonly<Record<string, string | undefined>>
  /** `/` */
  readonly root: string
}

/**
 * Manifests of the Vulkan drivers that could drive a GPU here (Linux). Those that the user names in `VK_DRIVER_FILES` or
 * `VK_ICD_FILENAMES` are believed. Of those installed, software does not count (Dawn refuses the lavapipe of Debian 12),
 * nor does any where the kernel shows no GPU, for a distribution's Mesa package installs the drivers of every vendor.
 * The folders are the Vulkan loader's own (its `LoaderDriverInterface.md`).
 */
export async function findVulkanDrivers({ env, root }: Machine): Promise<string[]> {
  const named = env.VK_DRIVER_FILES ?? env.VK_ICD_FILENAMES
  if (named !== undefined && named !== '') return named.split(':').filter(existsSync)
  if (!(await hasGpu(root))) return []
  const manifests = await Promise.all(listFolders(env).map((folder) => listManifests(join(root, folder))))
  return manifests.flat().filter((path) => !/^(lvp_icd|vk_swiftshader_icd)/.test(basename(path)))
}

function listFolders(env: Machine['env']): string[] {
  const home = env.HOME ?? ''
  const searched = [
    env.XDG_CONFIG_HOME ?? join(home, '.config'),
    ...(env.XDG_CONFIG_DIRS ?? '/etc/xdg').split(':'),
    '/etc',
    env.XDG_DATA_HOME ?? join(home, '.local/share'),
    ...(env.XDG_DATA_DIRS ?? '').split(':'),
    '/usr/local/share',
    '/usr/share',
  ]
  return [...new Set(searched.filter(Boolean).map((folder) => join(folder, 'vulkan/icd.d')))]
}

/** A render node, an NVIDIA device, or Windows' GPU seen from WSL. */
async function hasGpu(root: string): Promise<boolean> {
  const nodes = [...(await list(join(root, 'dev'))), ...(await list(join(root, 'dev/dri')))]
  return nodes.some((node) => /^(renderD\d+|nvidia\d+|dxg)$/.test(node))
}

async function listManifests(folder: string): Promise<string[]> {
  const names = await list(folder)
  return names.filter((name) => name.endsWith('.json')).map((name) => join(folder, name))
}

async function list(folder: string): Promise<string[]> {
  return readdir(folder).catch(() => [])
}
