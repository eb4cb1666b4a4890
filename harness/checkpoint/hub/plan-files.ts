import type { ParityError } from '../../errors.js'
import { unusable } from '../unusable.js'
import type { HubFile } from './list-repository.js'
import { formatHubReference, type HubReference } from './hub-reference.js'
import { sideFiles, singleWeights, weightsIndex } from './wanted-files.js'

export interface PlannedFiles {
  /** All that is known to be needed before the index of the weights was read. */
  readonly files: readonly HubFile[]
  /** The index, where the weights are spread over several files: it is one of `files`. */
  readonly index: HubFile | null
}

type Listing = ReadonlyMap<string, HubFile>

/**
 * The files to fetch of a repository.
 *
 * @throws ParityError PARITY_CHECKPOINT for one that holds no checkpoint, saying what it holds instead
 */
export function planFiles(reference: HubReference, listing: Listing): PlannedFiles {
  const where = formatHubReference(reference)
  if (!listing.has('config.json'))
    throw unusable(
      where,
      'has no config.json',
      'Name a repository that holds a checkpoint, not an adapter or a GGUF file.',
    )
  const weights = listing.get(singleWeights) ?? listing.get(weightsIndex)
  if (weights === undefined) throw noWeights(where, listing)
  const side = sideFiles.flatMap((name) => listing.get(name) ?? [])
  return { files: [...side, weights], index: weights.name === weightsIndex ? weights : null }
}

/** The shards that an index names, as far as the repository has them. Throws PARITY_CHECKPOINT for one it has not. */
export function planShards(reference: HubReference, listing: Listing, names: readonly string[]): HubFile[] {
  return names.map((name) => {
    const file = listing.get(name)
    if (file !== undefined) return file
    const what = `${weightsIndex} names '${name}', which the repository does not have`
    throw unusable(
      formatHubReference(reference),
      what,
      'The upload is incomplete: tell its owner, or name another revision.',
    )
  })
}

function noWeights(where: string, listing: Listing): ParityError {
  const other = [...listing.keys()].find((name) => /\.(?:bin|pt|pth|gguf|safetensors|npz|onnx)$/.test(name))
  const what = `has neither ${singleWeights} nor ${weightsIndex}${other === undefined ? '' : `, only ${other}`}`
  return unusable(where, what, 'Name the repository that holds the weights as safetensors; pickles are never read.')
}
