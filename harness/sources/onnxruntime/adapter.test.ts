import { afterEach, expect, it, vi } from 'vitest'
import { describeAdapter } from './adapter.js'

afterEach(() => {
  vi.unstubAllEnvs()
})

it.each([
  ['VK_DRIVER_FILES', '/cache/vk_swiftshader_icd.json', 'SwiftShader'],
  ['VK_ICD_FILENAMES', '/cache/vk_swiftshader_icd.json', 'SwiftShader'],
  ['VK_DRIVER_FILES', '/usr/share/vulkan/icd.d/lvp_icd.x86_64.json', 'lavapipe'],
  ['VK_ICD_FILENAMES', '/usr/share/vulkan/icd.d/lvp_icd.x86_64.json', 'lavapipe'],
])('tells software by the driver in %s: %s', async (variable, path, adapter) => {
  vi.stubEnv('VK_DRIVER_FILES', undefined)
  vi.stubEnv('VK_ICD_FILENAMES', undefined)
  vi.stubEnv(variable, path)
  expect(await describeAdapter('webgpu')).toEqual({ adapter, software: true })
  expect((await describeAdapter('cuda')).adapter).not.toBe(adapter)
})

it('does not take a driver for software that lies in a folder of such a name, or beside hardware', async () => {
  vi.stubEnv('VK_DRIVER_FILES', '/lavapipe/radeon_icd.json:/usr/share/vulkan/icd.d/lvp_icd.json')
  expect((await describeAdapter('webgpu')).adapter).not.toBe('lavapipe')
})
