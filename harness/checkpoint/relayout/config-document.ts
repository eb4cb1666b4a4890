import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse, stringify } from 'lossless-json'
import { findContainedFile } from '../contained-file.js'
import { reason } from '../file-bytes.js'
import { unusable } from '../unusable.js'
import { isFields, type Fields } from './json-fields.js'

/**
 * config.json with every number as it is spelt: transformers refuses `30` where it wants `30.0`, and no JavaScript number
 * can tell them apart. The checkpoint must have been opened before. Throws PARITY_CHECKPOINT.
 */
export async function readConfigDocument(folder: string): Promise<Fields> {
  const shown = join(folder, 'config.json')
  const file = await findContainedFile(folder, 'config.json')
  if (file === undefined) throw unusable(shown, 'is missing', 'Name a folder saved by save_pretrained().')
  const text = await readFile(file, 'utf8')
  try {
    const document = parse(text)
    if (isFields(document)) return document
  } catch (cause) {
    throw unusable(shown, `cannot be rewritten (${reason(cause)})`, 'State every field once.', cause)
  }
  throw unusable(shown, 'is not a JSON object', 'Name a folder saved by save_pretrained().')
}

export const formatConfig = (config: Fields): string => `${stringify(config, undefined, 2) ?? ''}\n`
