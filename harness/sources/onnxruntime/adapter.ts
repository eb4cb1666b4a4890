import { cpus } from 'node:os'
import { basename } from 'node:path'
import { graphics } from 'systeminformation'

export interface Adapter {
  readonly adapter: string | null
  readonly software: boolean
}

/** Names of Vulkan and Direct3D implementations that are no hardware. */
const softwareNames = /swiftshader|llvmpipe|lavapipe|lvp_icd|basic render/i

/**
 * What a device is made of. ONNX Runtime does not tell which adapter it took, so a GPU is named after the driver that
 * the harness set (SwiftShader) or the user chose, as ./vulkan-drivers.ts has it, or else after the system's list.
 */
export async function describeAdapter(device: string): Promise<Adapter> {
  if (device === 'cpu') return { adapter: cpus().at(0)?.model ?? null, software: false }
  const driver = device === 'webgpu' ? nameSoftwareDriver(process.env) : null
  if (driver !== null) return { adapter: driver, software: true }
  const { controllers } = await graphics()
  const names = controllers.map(({ model, name }) => name ?? model).filter((name) => name !== '')
  return {
    adapter: names.length === 0 ? null : names.join(' or '),
    software: names.length > 0 && names.every((name) => softwareNames.test(name)),
  }
}

/** The Vulkan driver that WebGPU was given, where there is none but software. */
function nameSoftwareDriver({ VK_DRIVER_FILES, VK_ICD_FILENAMES }: NodeJS.ProcessEnv): string | null {
  const manifests = (VK_DRIVER_FILES ?? VK_ICD_FILENAMES ?? '').split(':').map((path) => basename(path))
  if (!manifests.every((name) => softwareNames.test(name))) return null
  return manifests.every((name) => name.startsWith('lvp_icd')) ? 'lavapipe' : 'SwiftShader'
}
