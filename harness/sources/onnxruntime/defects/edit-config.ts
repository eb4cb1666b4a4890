import type { Gemma4Config } from '../../../checkpoint/config.js'
import type { ConfigEdit } from '../../../defect.js'
import { ParityError } from '../../../errors.js'

/** The config as an engine with these mistakes understands it. @throws ParityError PARITY_USAGE for a field that is not there */
export function editConfig(config: Gemma4Config, edits: readonly ConfigEdit[]): Gemma4Config {
  const edited = structuredClone(config)
  for (const edit of edits) change(edited as unknown as Fields, edit)
  return edited
}

type Fields = Record<string, unknown>

function change(config: Fields, { at, set, add, times }: ConfigEdit): void {
  const names = at.split('.')
  const last = names.pop() ?? ''
  let holder: unknown = config
  for (const name of names) holder = (holder as Fields | null | undefined)?.[name]
  if (typeof holder !== 'object' || holder === null || !Object.hasOwn(holder, last))
    throw new ParityError(
      'PARITY_USAGE',
      `a defect cannot be planted: the config of this model has no field ${at}`,
      'Take a case whose model has it.',
    )
  const fields = holder as Fields
  if (set !== undefined) fields[last] = set
  if (add !== undefined) fields[last] = Number(fields[last]) + add
  if (times !== undefined) fields[last] = Number(fields[last]) * times
}
