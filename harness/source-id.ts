import { ParityError } from './errors.js'
import type { SourceId } from './types.js'

const pattern = /^(?<name>[a-z][a-z0-9-]*)(?:@(?<version>[\w.+-]+))?(?::(?<device>[a-z0-9]+))?(?:\/(?<dtype>\w+))?$/

/** Takes `name[@version][:device][/dtype]` apart. @throws ParityError PARITY_USAGE */
export function parseSourceId(text: string): SourceId {
  const parts = pattern.exec(text)?.groups
  if (parts !== undefined) {
    const { name, version, device, dtype } = parts
    return { name, version, device, dtype }
  }
  throw new ParityError(
    'PARITY_USAGE',
    `'${text}' does not name a source`,
    'A source is written name[@version][:device][/dtype], for example onnxruntime:webgpu or transformers@5.23.0/bfloat16.',
  )
}

/** Whether a text names a source. */
export const isSourceId = (text: string): boolean => pattern.test(text)

/** The inverse of `parseSourceId`. */
export function formatSourceId({ name, version, device, dtype }: SourceId): string {
  const part = (mark: string, value: string | undefined) => (value === undefined ? '' : `${mark}${value}`)
  return name + part('@', version) + part(':', device) + part('/', dtype)
}

/** Whether `named` speaks of `id`: each part that it names is the same. */
export const matchesSourceId = (named: SourceId, id: SourceId): boolean =>
  named.name === id.name &&
  [
    [named.version, id.version],
    [named.device, id.device],
    [named.dtype, id.dtype],
  ].every(([wanted, actual]) => wanted === undefined || wanted === actual)
