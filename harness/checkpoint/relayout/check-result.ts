import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { ParityError } from '../../errors.js'
import type { Relayout } from '../../types.js'
import { openCheckpoint, type Checkpoint } from '../checkpoint.js'
import type { Gemma4Config } from '../gemma4-config.js'
import type { PlannedTensor } from './planned-tensor.js'

/**
 * Opens what was written, as any reader would, and compares it with what was wanted: the config as it is understood, the
 * layout, and names, dtypes and shapes of the tensors. A difference is a defect of this program: throws PARITY_CHECKPOINT.
 */
export async function checkResult(
  folder: string,
  parsed: Gemma4Config,
  tensors: readonly PlannedTensor[],
  layout: Relayout['layout'],
): Promise<Checkpoint> {
  const result = await openCheckpoint(folder)
  const wrong = [
    ...fieldsThatDiffer(result.config, parsed),
    ...tensors.filter((tensor) => !isAsPlanned(tensor, result)).map(({ name }) => name),
    ...(result.tensors.size === tensors.length ? [] : ['number of tensors']),
    ...(layout === undefined || [layout, 'none'].includes(result.layout.kind) ? [] : [`layout ${result.layout.kind}`]),
  ]
  if (wrong.length === 0) return result
  const what = `${join(folder, 'config.json')}: what was written differs from what was wanted in ${wrong.join(', ')}`
  throw new ParityError('PARITY_CHECKPOINT', what, 'This is a defect of parity: please report it, with config.json.')
}

function fieldsThatDiffer(actual: Gemma4Config, wanted: Gemma4Config): string[] {
  const names = Object.keys(wanted) as (keyof Gemma4Config)[]
  return names.filter((name) => !isDeepStrictEqual(actual[name], wanted[name]))
}

function isAsPlanned({ name, dtype, source }: PlannedTensor, { tensors }: Checkpoint): boolean {
  const written = tensors.get(name)
  return written?.dtype === dtype && written.shape.join() === source.shape.join()
}
