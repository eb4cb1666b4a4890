import { join } from 'node:path'
import { packageRoot } from '../../package-root.js'
import type { Availability, SourceId } from '../../types.js'
import { WorkerHost, type WorkerCommand } from '../../workers/host.js'
import { openWorkerSession } from '../../workers/worker-session.js'
import type { OpenSource, Source } from '../source.js'
import { resolveVulkan } from './swiftshader.js'
import { onnxruntimeVersion } from './version.js'

const workerFile = join(packageRoot, 'dist/sources/onnxruntime/worker.js')

/** How its worker is started. */
export const workerCommand = (env: Readonly<Record<string, string>> = {}): WorkerCommand => ({
  file: process.execPath,
  args: [workerFile],
  env,
  protocolFd: 3,
})

/** The built-in engine: Gemma 4 as an ONNX graph over the checkpoint's own bytes, in ONNX Runtime. */
export const onnxruntime: Source = {
  name: 'onnxruntime',
  summary: 'the built-in engine, ONNX Runtime',
  devices: ['webgpu', 'cpu', 'cuda', 'coreml', 'dml'],
  dtypes: ['float32'],

  async check({ version, device }: SourceId): Promise<Availability> {
    if (version !== undefined && version !== onnxruntimeVersion) {
      return {
        ok: false,
        why: `onnxruntime-node ${onnxruntimeVersion} is installed`,
        fix: `npm install onnxruntime-node@${version}`,
      }
    }
    if (device !== undefined) return checkDevice(device)
    const gpu = await checkDevice('webgpu')
    return gpu.ok ? gpu : checkDevice('cpu')
  },

  async open({ id, checkpoint, threads, options, timeouts }: OpenSource, signal: AbortSignal) {
    const { device = 'webgpu', dtype = 'float32' } = id
    const vulkan = device === 'webgpu' ? await resolveVulkan() : null
    const env = vulkan?.kind === 'swiftshader' ? vulkan.env : {}
    const host = await WorkerHost.start(workerCommand(env), timeouts, signal)
    return openWorkerSession(host, { checkpoint, device, dtype, options: { ...options, threads } }, signal)
  },
}

async function checkDevice(device: string): Promise<Availability> {
  const installed = await installedDevices()
  if (!installed.includes(device))
    return { ok: false, why: `ONNX Runtime has no '${device}' provider here`, fix: howToGet(device, installed) }
  if (device !== 'webgpu') return { ok: true, version: onnxruntimeVersion, device }
  const vulkan = await resolveVulkan()
  if (vulkan.kind === 'none') return { ok: false, why: vulkan.why, fix: vulkan.fix }
  const note = vulkan.kind === 'swiftshader' ? 'software adapter: SwiftShader' : undefined
  return { ok: true, version: onnxruntimeVersion, device, note }
}

/** Asked of a worker, once: the harness itself never loads native code. */
let asked: Promise<readonly string[]> | null = null
function installedDevices(): Promise<readonly string[]> {
  asked ??= (async () => {
    await using host = await WorkerHost.start(workerCommand(), { startMs: 30_000, openMs: 0, observeMs: 0 })
    return host.hello.devices
  })()
  return asked
}

function howToGet(device: string, installed: readonly string[]): string {
  if (device === 'cuda')
    return 'npm rebuild onnxruntime-node --onnxruntime-node-install=cuda12 (fetches the CUDA provider; Linux x64)'
  const system = { coreml: 'macOS', dml: 'Windows' }[device]
  return system === undefined ? `use one of: ${installed.join(', ')}` : `it runs on ${system} only`
}
