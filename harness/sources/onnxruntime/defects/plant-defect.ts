/** Mistakes that engines really make, planted in the built-in engine to see that a verdict finds them. */
import { rm } from 'node:fs/promises'
import { openCheckpoint, type Checkpoint } from '../../../checkpoint/checkpoint.js'
import type { Plant } from '../../../defect.js'
import { ParityError } from '../../../errors.js'
import { editConfig } from './edit-config.js'
import { writeEditedCopy } from './edit-tensors.js'

/** The option `defect` of a session: a plant, or none. @throws ParityError PARITY_USAGE */
export function readPlant(option: unknown): Plant {
  if (option === undefined) return {}
  if (typeof option === 'object' && option !== null) return option
  throw new ParityError(
    'PARITY_USAGE',
    `there is no defect ${JSON.stringify(option)}`,
    'The worker takes what a defect of the catalogue plants, not its name.',
  )
}

/**
 * Gives `use` the checkpoint as an engine with this defect understands it. A copy with other weights lies in a temporary
 * folder, which is gone when `use` is done.
 */
export async function withPlanted<T>(
  folder: string,
  plant: Plant,
  use: (checkpoint: Checkpoint) => Promise<T>,
): Promise<T> {
  const original = await openCheckpoint(folder)
  const copy = plant.tensors === undefined ? null : await writeEditedCopy(original, plant.tensors)
  try {
    const checkpoint = copy === null ? original : await openCheckpoint(copy)
    return await use({ ...checkpoint, config: editConfig(checkpoint.config, plant.config ?? []) })
  } finally {
    if (copy !== null) await rm(copy, { recursive: true, force: true })
  }
}
