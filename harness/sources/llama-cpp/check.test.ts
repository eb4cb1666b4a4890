/** Without a cache folder there is no converter; a folder stands for a project that has node-llama-cpp. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { renamedSource } from '../renamed.js'
import { llamaCpp } from './index.js'

let project: string
beforeAll(async () => {
  project = await mkdtemp(join(tmpdir(), 'parity-llama-cpp-check-'))
  const home = join(project, 'node_modules/node-llama-cpp')
  for (const folder of ['dist', 'llama/localBuilds']) await mkdir(join(home, folder), { recursive: true })
  await writeFile(join(home, 'package.json'), JSON.stringify({ version: '1.2.3', main: 'dist/index.js' }))
  await writeFile(join(home, 'dist/index.js'), '')
  await writeFile(join(home, 'llama/binariesGithubRelease.json'), JSON.stringify({ release: 'b1' }))
  vi.spyOn(process, 'cwd').mockReturnValue(project)
  vi.stubEnv('PARITY_CACHE', join(project, 'cache'))
  vi.stubEnv('PARITY_PYTHON_LLAMA_CPP', '')
  vi.stubEnv('PARITY_PYTHON_LLAMA_CPP_CURRENT', '')
})
afterAll(async () => {
  vi.restoreAllMocks()
  vi.unstubAllEnvs()
  await rm(project, { recursive: true, force: true })
})

const id = { name: 'llama-cpp', version: '1.2.3', device: 'cpu' }

it.each([
  [{}, { ok: false, fix: 'parity doctor --install llama-cpp' }],
  [{ converter: 'current' }, { ok: false, fix: 'parity museum --install' }],
  [{ gguf: 'model.gguf' }, { ok: true, version: '1.2.3' }],
])('looks for the converter that is needed with the options %j', async (options, available) => {
  expect(await llamaCpp.check(id, options)).toMatchObject(available)
})

it('is checked and installed under another name with the options of that name', async () => {
  const options = { gguf: 'model.gguf' }
  const install = vi.fn(() => Promise.resolve())
  const alias = { source: 'llama-cpp@1.2.3', options }
  const mine = renamedSource('mine', alias, () => ({ ...llamaCpp, install }))
  expect(await mine.check({ name: 'mine', device: 'cpu' })).toMatchObject({ ok: true })
  await mine.install?.(undefined)
  expect(install).toHaveBeenCalledWith('1.2.3', options)
})
