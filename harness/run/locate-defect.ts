/** Bisection put to the test: whether it names the place where a planted defect sits. */
import type { PointError } from '../compare/find-first-jump.js'
import type { Defect } from '../defect.js'
import { bisectLayers, type BisectRequest, type Condition } from './bisect.js'

/** What a bisection says of a planted defect. */
export interface Located {
  /** The first point beyond the noise; null where it finds none. */
  readonly named: Pick<PointError, 'name' | 'layer' | 'part' | 'ratio'> | null
  readonly condition: Condition
  readonly prompt: string
  /** Whether layer and part are those of the catalogue. */
  readonly isRight: boolean
}

/** Bisects the engine with the defect planted. Throws what `bisectLayers` throws. */
export async function locateDefect(
  { where, plant }: Defect,
  request: BisectRequest,
  signal: AbortSignal,
): Promise<Located> {
  const plan = { ...request.plan, options: { defect: plant } }
  const { found, condition, prompt } = await bisectLayers({ ...request, plan }, signal)
  const named = found === null ? null : { name: found.name, layer: found.layer, part: found.part, ratio: found.ratio }
  const isRight = named !== null && named.layer === where.layer && named.part === where.part
  return { named, condition, prompt, isRight }
}
