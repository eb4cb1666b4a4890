import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Progress } from '../../types.js'
import type { TensorDtype } from '../dtype.js'
import { streamSafetensors } from '../safetensors-writer.js'
import { bytesOf, compareNames } from './plan-shards.js'
import type { PlannedTensor } from './planned-tensor.js'
import { tensorPieces } from './tensor-pieces.js'

/** As in the safetensors library, so that a file has the very bytes that its `save_file` gives it. */
const dtypeOrder: readonly TensorDtype[] = ['I64', 'F64', 'F32', 'I32', 'BF16', 'F16']

/** Writes the weights files, and their index where there are several. Progress counts bytes. */
export async function writeWeights(
  folder: string,
  files: readonly (readonly PlannedTensor[])[],
  progress?: Progress,
  signal?: AbortSignal,
): Promise<void> {
  const total = files.flat().reduce((sum, tensor) => sum + bytesOf(tensor), 0)
  let done = 0
  async function* pieces({ source, dtype }: PlannedTensor): AsyncGenerator<Uint8Array> {
    for await (const piece of tensorPieces(source, dtype, signal)) {
      yield piece
      done += piece.byteLength
      progress?.(done, total)
    }
  }

  for (const [index, tensors] of files.entries()) {
    const streams = tensors.toSorted(compareTensors).map((tensor) => {
      const { name, dtype, source } = tensor
      return { name, dtype, shape: source.shape, pieces: () => pieces(tensor) }
    })
    await streamSafetensors(join(folder, fileName(index, files.length)), streams, { format: 'pt' })
  }
  if (files.length > 1) await writeIndex(folder, files, total)
}

function compareTensors(one: PlannedTensor, other: PlannedTensor): number {
  return dtypeOrder.indexOf(one.dtype) - dtypeOrder.indexOf(other.dtype) || compareNames(one.name, other.name)
}

function fileName(index: number, count: number): string {
  if (count === 1) return 'model.safetensors'
  const [place, all] = [index + 1, count].map((number) => String(number).padStart(5, '0'))
  return `model-${place}-of-${all}.safetensors`
}

/** With sorted keys, as transformers writes it. */
async function writeIndex(folder: string, files: readonly (readonly PlannedTensor[])[], total: number): Promise<void> {
  const entries = files
    .flatMap((tensors, index) => tensors.map(({ name }) => [name, fileName(index, files.length)] as const))
    .sort(([one], [other]) => compareNames(one, other))
  const index = { metadata: { total_size: total }, weight_map: Object.fromEntries(entries) }
  await writeFile(join(folder, 'model.safetensors.index.json'), `${JSON.stringify(index, null, 2)}\n`)
}
