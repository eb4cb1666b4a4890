/** The dtype that transformers tells the truth in: float64, unless the weights would not fit into memory in it. */
import { readCheckpoint } from '../checkpoint/checkpoint.js'
import type { Source } from '../sources/source.js'
import type { PreparedCase, SourceId } from '../types.js'

/** What is tried, the best first; the last is taken whether it fits or not, since below it nothing could be judged. */
const truthDtypes = { float64: 8, float32: 4 } as const

export interface TruthDtype {
  readonly dtype: string
  /** Why it is not float64; null where it is, and where somebody asked for another. */
  readonly why: string | null
}

/**
 * The dtype asked for; else the highest that a source has and whose weights fit into `memory` bytes. What an interpreter
 * needs beside them, about half a GiB, is not counted: it must not move the truth of a small checkpoint.
 */
export async function findTruthDtype(
  source: Source,
  { dtype }: SourceId,
  { folder }: PreparedCase,
  memory: number,
): Promise<TruthDtype> {
  const { dtypes } = source
  if (dtype !== undefined) return { dtype, why: null }
  if (!dtypes.includes('float64')) return { dtype: dtypes[0], why: null }
  // A slow source refuses what is too large for it, and has no lower dtype to offer.
  if (source.pace !== undefined || !dtypes.includes('float32')) return { dtype: 'float64', why: null }
  const needed = await countBytes(folder, truthDtypes.float64)
  if (needed <= memory) return { dtype: 'float64', why: null }
  const [there, wanted] = [formatGigabytes(memory), formatGigabytes(needed)]
  return {
    dtype: 'float32',
    why: `the truth in float64: it would need ${wanted} of the ${there} there are, so the truth is float32`,
  }
}

/** All weights in a dtype, and the file that they are read from. */
async function countBytes(folder: string, itemBytes: number): Promise<number> {
  const { tensors } = await readCheckpoint(folder)
  let bytes = 0
  for (const { shape, bytes: stored } of tensors.values())
    bytes += stored + itemBytes * shape.reduce((one, other) => one * other, 1)
  return bytes
}

const formatGigabytes = (bytes: number): string => `${Number((bytes / 1e9).toPrecision(2))} GB`
