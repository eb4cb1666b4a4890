import { z } from 'zod'
import { readJson } from '../json-file.js'
import { unusable } from '../unusable.js'

const indexFields = z.looseObject({ weight_map: z.record(z.string(), z.string()) })

/**
 * The weights files that an index names, each once. Anybody can write an index, so only plain names that end in
 * `.safetensors` pass: no path, no pickle.
 *
 * @throws ParityError PARITY_CHECKPOINT naming the index as `shown`
 */
export async function readShardNames(file: string, shown: string): Promise<string[]> {
  const parsed = indexFields.safeParse(await readJson(file, shown))
  if (!parsed.success) throw unusable(shown, 'has no weight_map of tensors to files', 'It is not an index of weights.')
  const names = [...new Set(Object.values(parsed.data.weight_map))].sort()
  const hostile = names.find((name) => !/^\w[\w.+-]*\.safetensors$/.test(name))
  if (hostile !== undefined) {
    const what = `names '${hostile}', which is not the plain name of a .safetensors file`
    throw unusable(shown, what, 'Shards lie beside their index. Do not use this repository.')
  }
  if (names.length === 0) throw unusable(shown, 'names no weights', 'The repository holds no model.')
  return names
}
