import type { Place } from '../types.js'

/** `position 9 of prompt 'window'`, `step 4 of prompt 'one'`. */
export function describePlace({ prompt, position, step, layer }: Place): string {
  const at =
    position !== undefined ? `position ${position} of ` : step !== undefined ? `generated token ${step} of ` : ''
  const inside = layer === undefined ? '' : ` (layer ${layer})`
  return `${at}prompt '${prompt}'${inside}`
}
