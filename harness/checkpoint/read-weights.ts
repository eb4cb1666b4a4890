import { basename } from 'node:path'
import { readSafetensorsHeader, type TensorInfo } from './safetensors.js'
import { unusable } from './unusable.js'
import type { WeightsFiles } from './weights-files.js'

/**
 * The tensors of all weights files by name; reads their headers only. Throws PARITY_CHECKPOINT where index and shards
 * disagree, all names listed.
 */
export async function readWeights({ files, listing, index }: WeightsFiles): Promise<Map<string, TensorInfo>> {
  const tensors = new Map<string, TensorInfo>()
  const unlisted: string[] = []
  for (const [name, file] of files) {
    for (const [tensor, info] of await readSafetensorsHeader(file)) {
      if (index === null || index.get(tensor) === name) tensors.set(tensor, info)
      else unlisted.push(`'${tensor}' (in ${name})`)
    }
  }

  const absent = [...(index ?? [])].filter(([tensor]) => !tensors.has(tensor))
  const problems = [
    ...(absent.length > 0
      ? [`not in the shard it names: ${absent.map(([tensor, name]) => `'${tensor}' (${name})`).join(', ')}`]
      : []),
    ...(unlisted.length > 0 ? [`not in the index: ${unlisted.join(', ')}`] : []),
  ]
  if (problems.length === 0) return tensors
  const hint = `Download ${basename(listing)} and its shards again, from one revision.`
  throw unusable(listing, problems.join('; '), hint)
}
