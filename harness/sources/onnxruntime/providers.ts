import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { listSupportedBackends } from 'onnxruntime-node'
import { devices, type Device } from './engine.js'

/** Execution providers that this installation holds: those inside the package, and CUDA where its library was fetched. */
export function installedDevices(): Device[] {
  const supported = new Map(listSupportedBackends().map(({ name, bundled }) => [name, bundled]))
  return devices.filter(
    (device) => supported.get(device) === true || (device === 'cuda' && supported.has(device) && hasCudaLibrary()),
  )
}

function hasCudaLibrary(): boolean {
  const folder = dirname(createRequire(import.meta.url).resolve('onnxruntime-node/package.json'))
  return existsSync(join(folder, 'bin/napi-v6', process.platform, process.arch, 'libonnxruntime_providers_cuda.so'))
}
