import type { Availability, SourceId } from '../../types.js'
import type { PythonSource } from '../python/python-source.js'

const timeouts = { startMs: 120_000, openMs: 120_000, observeMs: 120_000 }

/** A source on PyTorch whose devices beside the processor are those that PyTorch finds here; a start of it tells. */
export function withTorchDevices(source: PythonSource): PythonSource {
  const found = new Map<string, Promise<readonly string[]>>()

  const findDevices = (version: string | undefined): Promise<readonly string[]> => {
    const key = version ?? ''
    const known = found.get(key) ?? askDevices(source, version)
    found.set(key, known)
    return known
  }

  return {
    ...source,
    withInterpreter: (interpreter) => {
      const other = source.withInterpreter?.(interpreter)
      if (other === undefined) throw new Error(`${source.name} takes no interpreter`)
      return withTorchDevices(other as PythonSource)
    },

    async check(id: SourceId): Promise<Availability> {
      const { device = 'cpu', version } = id
      const available = await source.check(id)
      if (!available.ok || device === 'cpu') return available
      const isMac = process.platform === 'darwin'
      if (isMac !== (device === 'mps')) {
        const why = device === 'mps' ? 'mps is there on macOS only' : `${device} is not there on macOS`
        return { ok: false, why, fix: `${source.name}:${isMac ? 'mps' : 'cuda'}, or ${source.name}:cpu` }
      }
      if ((await findDevices(version)).includes(device)) return available
      const fix = 'a driver for it, and an interpreter in PARITY_PYTHON whose PyTorch is built for it'
      return { ok: false, why: `PyTorch finds no ${device} here`, fix }
    },
  }
}

async function askDevices(source: PythonSource, version: string | undefined): Promise<readonly string[]> {
  await using host = await source.start({ name: source.name, version }, timeouts)
  return host.hello.devices
}
