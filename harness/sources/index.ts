import { ParityError } from '../errors.js'
import { formatSourceId } from '../source-id.js'
import type { SourceId } from '../types.js'
import { mlxLm } from './mlx-lm/index.js'
import { onnxruntime } from './onnxruntime/index.js'
import { oracle } from './oracle/index.js'
import type { Source } from './source.js'
import { transformers } from './transformers/index.js'

/** Every source that runs a checkpoint. `recorded` is none of them: it only remembers what one of them gave. */
export const sources: readonly Source[] = [onnxruntime, mlxLm, transformers, oracle]

/** The source of an id, whose device and dtype it must know. @throws ParityError PARITY_USAGE */
export function findSource(id: SourceId): Source {
  const source = sources.find(({ name }) => name === id.name)
  if (source === undefined)
    throw unknown(
      id,
      `there is no source '${id.name}'`,
      sources.map(({ name }) => name),
    )
  const { devices, dtypes } = source
  if (id.device !== undefined && !devices.includes(id.device))
    throw unknown(id, `${id.name} knows no device '${id.device}'`, devices)
  if (id.dtype !== undefined && !dtypes.includes(id.dtype))
    throw unknown(id, `${id.name} knows no dtype '${id.dtype}'`, dtypes)
  return source
}

const unknown = (id: SourceId, message: string, known: readonly string[]) =>
  new ParityError('PARITY_USAGE', `${message} (in '${formatSourceId(id)}')`, `Known: ${known.join(', ')}.`)
