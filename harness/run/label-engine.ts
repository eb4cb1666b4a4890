import { formatSourceId } from '../source-id.js'
import type { SourceId } from '../types.js'

/**
 * What a verdict calls its engine: name, device and dtype, so that a new version is compared with the old one. Where a run
 * has another version of it in the same device and dtype, the version too, or the two could not be told apart.
 *
 * @param asked the engine as it was asked for, one of `engines`
 * @param resolved with the device and dtype that it ran in
 * @param found its version, if it got to say so
 */
export function labelEngine(
  engines: readonly SourceId[],
  asked: SourceId,
  resolved: SourceId,
  found: string | null,
): string {
  const mayBe = (one: string | undefined, other: string | undefined) =>
    one === undefined || other === undefined || one === other
  const isAmbiguous = engines.some(
    (other) =>
      other.name === asked.name &&
      other.version !== asked.version &&
      mayBe(other.device, asked.device) &&
      mayBe(other.dtype, asked.dtype),
  )
  return formatSourceId({ ...resolved, version: isAmbiguous ? (asked.version ?? found ?? undefined) : undefined })
}
