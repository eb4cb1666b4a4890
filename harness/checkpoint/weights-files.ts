import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { parseFields } from './config-fields.js'
import { findContainedFile } from './contained-file.js'
import { readJson } from './json-file.js'
import { unusable } from './unusable.js'

const singleName = 'model.safetensors'
const indexName = 'model.safetensors.index.json'
const indexFields = z.looseObject({ weight_map: z.record(z.string(), z.string()) })

export interface WeightsFiles {
  /** File name within the folder → real path, in the order of the names. */
  readonly files: ReadonlyMap<string, string>
  /** Path of the file that says which tensors there are, as people know it. */
  readonly listing: string
  /** Tensor → file name; `null`: one file has them all. */
  readonly index: ReadonlyMap<string, string> | null
}

/**
 * The weights files of a checkpoint folder: `model.safetensors` or, as in transformers only without that, the shards of
 * its index. Reads the index, no weights. Throws PARITY_CHECKPOINT for a missing file or one outside the folder.
 */
export async function findWeightsFiles(folder: string): Promise<WeightsFiles> {
  const single = await findContainedFile(folder, singleName)
  if (single !== undefined) {
    return { files: new Map([[singleName, single]]), listing: join(folder, singleName), index: null }
  }
  const indexFile = await findContainedFile(folder, indexName)
  if (indexFile === undefined) throw await noWeights(folder)

  const listing = join(folder, indexName)
  const { weight_map } = parseFields(indexFields, await readJson(indexFile, listing), listing)
  const files = new Map<string, string>()
  for (const shard of [...new Set(Object.values(weight_map))].sort()) {
    if (!isPlainName(shard)) {
      throw unusable(listing, `names '${shard}', which is not a file of this folder`, 'Shards lie beside their index.')
    }
    const file = await findContainedFile(folder, shard)
    if (file === undefined) {
      throw unusable(join(folder, shard), `is missing, but ${indexName} names it`, 'Download all shards.')
    }
    files.set(shard, file)
  }
  return { files, listing, index: new Map(Object.entries(weight_map)) }
}

function isPlainName(name: string): boolean {
  return name !== '' && name !== '.' && name !== '..' && !/[\\/\0]/.test(name) && !/^[a-z]:/i.test(name)
}

async function noWeights(folder: string): Promise<Error> {
  const names = await readdir(folder)
  if (names.includes('adapter_model.safetensors')) {
    const hint = 'Merge it into its base model first: merge_and_unload() of peft, then save_pretrained().'
    return unusable(folder, 'is an adapter, not a whole checkpoint', hint)
  }
  const pickle = names.find((name) => /^(?:pytorch_model|model|consolidated)\b.*\.(?:bin|pt|pth|ckpt)$/.test(name))
  if (pickle !== undefined) {
    const what = `has ${pickle} but no ${singleName}; pickles are never read, since loading one can run any program`
    const load = `from_pretrained('${folder}')`
    const hint = `Convert it once: python -c "from transformers import AutoModelForCausalLM as M; M.${load}.save_pretrained('NEW')"`
    return unusable(folder, what, hint)
  }
  return unusable(folder, `has neither ${singleName} nor ${indexName}`, 'Name a folder saved by save_pretrained().')
}
