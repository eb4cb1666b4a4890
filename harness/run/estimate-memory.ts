import { stat } from 'node:fs/promises'
import { freemem, totalmem } from 'node:os'
import { findWeightsFiles } from '../checkpoint/weights-files.js'
import type { Source } from '../sources/source.js'

/**
 * Peak memory over stored bytes: for 393 M parameters in bfloat16 run in float32, 2.4 of ONNX Runtime and 3.8 of
 * transformers (docs/engines.md, "Memory").
 */
const bytesPerStoredByte = 4

/** What a source needs with no checkpoint at all, where it does not say. */
const usualBytes = 2 ** 30

/** How much memory a source may need for a checkpoint, in bytes: more rather than less. */
export async function estimateMemory({ baseBytes = usualBytes }: Source, folder: string): Promise<number> {
  const { files } = await findWeightsFiles(folder)
  const sizes = await Promise.all([...files.values()].map((file) => stat(file)))
  return baseBytes + bytesPerStoredByte * sizes.reduce((sum, { size }) => sum + size, 0)
}

/** What engines may use together where nobody says: what is free now, but no less than a quarter of all there is. */
export const freeMemory = (): number => Math.max(0.9 * freemem(), totalmem() / 4)
