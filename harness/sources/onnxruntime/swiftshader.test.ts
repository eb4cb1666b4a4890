import { access, mkdir, mkdtemp, readdir, rm, stat, unlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { resolveVulkan } from './swiftshader.js'

vi.setConfig({ testTimeout: 60_000 })

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'swiftshader-test-'))
})
afterAll(() => rm(folder, { recursive: true }))

/** A Linux machine with these files, and nothing in its environment but what is given. */
async function makeMachine(files: readonly string[], env: Record<string, string> = {}) {
  const root = await mkdtemp(join(folder, 'root-'))
  for (const file of files) {
    await mkdir(dirname(join(root, file)), { recursive: true })
    await writeFile(join(root, file), '{}')
  }
  return { platform: 'linux', arch: 'x64', root, env: { HOME: '/home/user', ...env }, cache: join(folder, 'cache') }
}

const radeon = 'usr/share/vulkan/icd.d/radeon_icd.x86_64.json'
const lavapipe = 'usr/share/vulkan/icd.d/lvp_icd.x86_64.json'
const renderNode = 'dev/dri/renderD128'

describe('a driver', () => {
  test.each([
    [[radeon, lavapipe, renderNode], {}, radeon],
    [['etc/vulkan/icd.d/nvidia_icd.json', 'dev/nvidia0'], {}, 'etc/vulkan/icd.d/nvidia_icd.json'],
    [['usr/local/share/vulkan/icd.d/a.json', renderNode], {}, 'usr/local/share/vulkan/icd.d/a.json'],
    [['home/user/.local/share/vulkan/icd.d/a.json', renderNode], {}, 'home/user/.local/share/vulkan/icd.d/a.json'],
    [['opt/x/vulkan/icd.d/a.json', renderNode], { XDG_DATA_DIRS: '/usr/share:/opt/x' }, 'opt/x/vulkan/icd.d/a.json'],
  ])('is found among %j', async (files, env, icd) => {
    const machine = await makeMachine(files, env)
    expect(await resolveVulkan(machine)).toEqual({ kind: 'driver', icds: [join(machine.root, icd)] })
  })

  test('that the user names is believed', async () => {
    const named = join(folder, 'my_icd.json')
    await writeFile(named, '{}')
    for (const variable of ['VK_DRIVER_FILES', 'VK_ICD_FILENAMES']) {
      const machine = await makeMachine([], { [variable]: `${named}:/no/such/file.json` })
      expect(await resolveVulkan(machine)).toEqual({ kind: 'driver', icds: [named] })
    }
  })

  test.each([
    ['there is none', [renderNode], {}],
    ['it is lavapipe', [lavapipe, renderNode], {}],
    ['there is no GPU for it', [radeon, lavapipe], {}],
    ['the one named does not exist', [radeon, renderNode], { VK_DRIVER_FILES: '/no/such/file.json' }],
    ['PARITY_SWIFTSHADER is 1', [radeon, renderNode], { PARITY_SWIFTSHADER: '1' }],
  ])('gives way to SwiftShader where %s', async (_why, files, env) => {
    expect(await resolveVulkan(await makeMachine(files, env))).toMatchObject({ kind: 'swiftshader' })
  })

  test('is not looked for where the system has another interface', async () => {
    expect(await resolveVulkan({ platform: 'darwin', arch: 'arm64' })).toEqual({ kind: 'native' })
    expect(await resolveVulkan({ platform: 'win32' })).toEqual({ kind: 'native' })
  })
})

describe('SwiftShader', () => {
  test('is unpacked once, whole, by however many at a time', async () => {
    const machine = { ...(await makeMachine([], { LD_LIBRARY_PATH: '/mine' })), cache: join(folder, 'race') }
    const found = await Promise.all([1, 2, 3, 4].map(() => resolveVulkan(machine)))
    const unpacked = join(machine.cache, 'swiftshader-147.0.0')
    const { ino } = await stat(unpacked)
    for (const vulkan of [...found, await resolveVulkan(machine)]) {
      expect(vulkan).toEqual({
        kind: 'swiftshader',
        env: {
          VK_DRIVER_FILES: join(unpacked, 'vk_swiftshader_icd.json'),
          VK_ICD_FILENAMES: join(unpacked, 'vk_swiftshader_icd.json'),
          LD_LIBRARY_PATH: `${unpacked}:/mine`,
          XDG_RUNTIME_DIR: unpacked,
        },
      })
    }
    expect((await stat(unpacked)).ino).toBe(ino)
    expect(await readdir(machine.cache)).toEqual(['swiftshader-147.0.0'])
    expect((await readdir(unpacked)).sort()).toEqual([
      'libvk_swiftshader.so',
      'libvulkan.so.1',
      'vk_swiftshader_icd.json',
    ])
  })

  test('is unpacked again where a file of it is gone', async () => {
    const machine = { ...(await makeMachine([])), cache: join(folder, 'eaten') }
    await resolveVulkan(machine)
    const library = join(machine.cache, 'swiftshader-147.0.0', 'libvulkan.so.1')
    await unlink(library)
    await resolveVulkan(machine)
    await expect(access(library)).resolves.toBeUndefined()
  })

  test('that the user has set up already is used as it is', async () => {
    const icd = join(folder, 'vk_swiftshader_icd.json')
    await writeFile(icd, '{}')
    expect(await resolveVulkan(await makeMachine([], { VK_DRIVER_FILES: icd }))).toEqual({
      kind: 'swiftshader',
      env: {},
    })
  })

  test('is told to be missing where it cannot be had, with what to do', async () => {
    const machine = await makeMachine([])
    const file = join(folder, 'a-file')
    await writeFile(file, '')
    expect(await resolveVulkan({ ...machine, cache: join(file, 'cache') })).toMatchObject({
      kind: 'none',
      why: expect.stringContaining('SwiftShader cannot be unpacked: ENOTDIR') as string,
      fix: `make ${join(file, 'cache')} writable, or set PARITY_CACHE to a folder that is`,
    })
    expect(await resolveVulkan({ ...machine, arch: 'arm64' })).toMatchObject({
      kind: 'none',
      why: 'no Vulkan driver was found',
    })
  })

  test.runIf(process.platform === 'linux' && process.arch === 'x64')('computes on WebGPU', async () => {
    const vulkan = await resolveVulkan(await makeMachine([]))
    if (vulkan.kind !== 'swiftshader') throw new Error(`got ${vulkan.kind}`)
    const program = fileURLToPath(new URL('fixtures/add-on-gpu.mjs', import.meta.url))
    const { stdout } = await execa(process.execPath, [program], { env: vulkan.env })
    expect(JSON.parse(stdout)).toEqual([2, 5])
  })
})
