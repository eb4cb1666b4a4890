import { ParityError } from '../../errors.js'
import { dtypeBytes } from '../dtype.js'
import type { Shards } from './parse-shards.js'
import type { PlannedTensor } from './planned-tensor.js'

/** The tensors of each weights file. `undefined`: every tensor stays in the file that it is in. */
export function planShards(tensors: readonly PlannedTensor[], shards: Shards | undefined): PlannedTensor[][] {
  if (shards === undefined) return splitByHome(tensors)
  const ordered = tensors.toSorted((one, other) => compareNames(naturalKey(one.name), naturalKey(other.name)))
  return 'count' in shards ? splitByCount(ordered, shards.count) : splitBySize(ordered, shards.bytes)
}

/** Bytes of a tensor as it will be written. */
export function bytesOf({ dtype, source }: PlannedTensor): number {
  return (source.bytes / dtypeBytes[source.dtype]) * dtypeBytes[dtype]
}

/** By code units, the same on every machine. */
export const compareNames = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0)

/** Layer 2 before layer 10, so that a layer lies in one file where it can. */
const naturalKey = (name: string) => name.replace(/\d+/g, (digits) => digits.padStart(6, '0'))

function splitByHome(tensors: readonly PlannedTensor[]): PlannedTensor[][] {
  const homes = [...new Set(tensors.map(({ home }) => home))].sort(compareNames)
  return homes.map((home) => tensors.filter((tensor) => tensor.home === home))
}

/** As transformers does: in order, a new file before the one that would be too much; a giant has a file of its own. */
function splitBySize(tensors: readonly PlannedTensor[], largest: number): PlannedTensor[][] {
  const files: PlannedTensor[][] = []
  let current: PlannedTensor[] = []
  let size = 0
  for (const tensor of tensors) {
    const bytes = bytesOf(tensor)
    if (bytes > largest) {
      files.push([tensor])
      continue
    }
    if (size + bytes > largest) {
      files.push(current)
      current = []
      size = 0
    }
    current.push(tensor)
    size += bytes
  }
  if (current.length > 0) files.push(current)
  return files
}

/** In order, each file as near to its share of what is left as whole tensors allow. */
function splitByCount(tensors: readonly PlannedTensor[], count: number): PlannedTensor[][] {
  if (count > tensors.length) {
    const what = `${count} weights files are wanted, but there are only ${tensors.length} tensors`
    throw new ParityError('PARITY_USAGE', what, `Ask for at most ${tensors.length}.`)
  }
  let left = tensors.reduce((sum, tensor) => sum + bytesOf(tensor), 0)
  let next = 0
  return Array.from({ length: count }, (_, index) => {
    const files = count - index
    const share = left / files
    const from = next
    let size = 0
    do size += bytesOf(tensors[next++])
    while (tensors.length - next >= files && size + bytesOf(tensors[next]) / 2 <= share)
    // What remains, all of it, belongs to the last file.
    if (files === 1) next = tensors.length
    left -= size
    return tensors.slice(from, next)
  })
}
