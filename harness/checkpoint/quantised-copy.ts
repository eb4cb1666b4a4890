import { copyFile } from 'node:fs/promises'
import { join } from 'node:path'
import { openCheckpoint } from './checkpoint.js'
import { narrowFloat16, widenFloat16 } from './half.js'
import { fitsBlocks, roundBlocks, type BlockType } from './round-blocks.js'
import { streamSafetensors, type TensorToStream } from './safetensors-writer.js'
import { readTensor, type TensorInfo } from './safetensors.js'

/** Kept whole by engines that quantise the rest: the router, and what makes per-layer inputs of embeddings. */
const keptWhole = /(?:\.router\.|per_layer_model_projection\.)/

/** Tables that are looked up, and the head: kept at 8 bits where the rest has fewer. */
const tables = /(?:embed_tokens|embed_tokens_per_layer|lm_head)\.weight$/

/**
 * Writes a checkpoint whose weights are what is left of them when they are quantised, in float32, to the folder
 * `destination`. Matrices are; vectors are not, and rows that do not fit blocks become float16, as llama.cpp has them.
 */
export async function writeQuantisedCopy(source: string, destination: string, type: BlockType): Promise<void> {
  const { folder, tensors } = await openCheckpoint(source)
  const written = [...tensors.values()].map((info): TensorToStream => {
    const { name, shape } = info
    return {
      name,
      dtype: 'F32',
      shape,
      async *pieces() {
        const { buffer, byteOffset, byteLength } = roundTensor(info, (await readTensor(info)) as Float32Array, type)
        yield new Uint8Array(buffer, byteOffset, byteLength)
      },
    }
  })
  await streamSafetensors(join(destination, 'model.safetensors'), written, { format: 'pt' })
  await copyFile(join(folder, 'config.json'), join(destination, 'config.json'))
}

function roundTensor({ name, shape }: TensorInfo, values: Float32Array, type: BlockType): Float32Array {
  if (shape.length < 2 || keptWhole.test(name)) return values
  if (!fitsBlocks(shape[shape.length - 1])) return widenFloat16(narrowFloat16(values))
  return roundBlocks(values, tables.test(name) ? 'q8_0' : type)
}
