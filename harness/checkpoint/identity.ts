import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { cacheFolder } from '../cache-folder.js'
import type { Identity } from '../types.js'
import { findContainedFile } from './contained-file.js'
import { recallHash, rememberHash } from './hash-cache.js'
import { unusable } from './unusable.js'
import { findWeightsFiles } from './weights-files.js'

export type { Identity }

/**
 * Hashes config.json and every weights file. A hash is remembered, in memory and in `cache`,
 * under the file's real path, size and times. Throws PARITY_CHECKPOINT for files that cannot be used.
 */
export async function identify(folder: string, cache: string = cacheFolder()): Promise<Identity> {
  const home = resolve(folder)
  const config = await findContainedFile(home, 'config.json')
  if (config === undefined) {
    throw unusable(join(home, 'config.json'), 'is missing', 'Name a folder saved by save_pretrained().')
  }
  const { files } = await findWeightsFiles(home)
  const weights: Record<string, string> = {}
  for (const [name, file] of files) weights[name] = await hashFile(file, cache)
  return { config: await hashFile(config, cache), weights }
}

const tokenizerFiles = [
  'tokenizer.json',
  'tokenizer_config.json',
  'special_tokens_map.json',
  'chat_template.jinja',
  'chat_template.json',
] as const

/** File name → hash of the files that say how a checkpoint reads text, those that are there. */
export async function identifyTokenizer(
  folder: string,
  cache: string = cacheFolder(),
): Promise<Record<string, string>> {
  const hashes: Record<string, string> = {}
  for (const name of tokenizerFiles) {
    const file = await findContainedFile(resolve(folder), name)
    if (file !== undefined) hashes[name] = await hashFile(file, cache)
  }
  return hashes
}

async function hashFile(file: string, cache: string): Promise<string> {
  const before = await describe(file)
  const known = await recallHash(cache, before.key)
  if (known !== undefined) return known

  const hash = createHash('sha256')
  await pipeline(createReadStream(file, { highWaterMark: 2 ** 20 }), hash)
  const hex = hash.digest('hex')
  const after = await describe(file)
  if (after.key !== before.key) throw unusable(file, 'was changed while it was read', 'Try again once it is complete.')
  // Another change within the clock's resolution would leave no trace in the times.
  if (Date.now() - after.changedMs > 2000) await rememberHash(cache, after.key, hex)
  return hex
}

async function describe(file: string): Promise<{ key: string; changedMs: number }> {
  const { size, mtimeNs, ctimeNs, mtimeMs, ctimeMs } = await stat(file, { bigint: true })
  const changed = mtimeMs > ctimeMs ? mtimeMs : ctimeMs
  return { key: [file, size, mtimeNs, ctimeNs].join('\n'), changedMs: Number(changed) }
}
