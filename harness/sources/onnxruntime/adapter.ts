import { cpus } from 'node:os'
import { graphics } from 'systeminformation'

export interface Adapter {
  readonly adapter: string | null
  readonly software: boolean
}

/** Names of Vulkan and Direct3D implementations that are no hardware. */
const softwareNames = /swiftshader|llvmpipe|lavapipe|basic render/i

/**
 * What a device is made of. ONNX Runtime does not tell which adapter it took, so a GPU is named after the driver that
 * the harness itself set (SwiftShader), or else after the system's list.
 */
export async function describeAdapter(device: string): Promise<Adapter> {
  if (device === 'cpu') return { adapter: cpus().at(0)?.model ?? null, software: false }
  if (softwareNames.test(process.env.VK_DRIVER_FILES ?? '')) return { adapter: 'SwiftShader', software: true }
  const { controllers } = await graphics()
  const names = controllers.map(({ model, name }) => name ?? model).filter((name) => name !== '')
  return {
    adapter: names.length === 0 ? null : names.join(' or '),
    software: names.length > 0 && names.every((name) => softwareNames.test(name)),
  }
}
