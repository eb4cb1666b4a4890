import { stat } from 'node:fs/promises'
import { readBytes, reason, withFile } from './file-bytes.js'
import { unusable } from './unusable.js'

/** Far more than any config.json or index of a checkpoint has. */
const longest = 64 * 2 ** 20

/** A JSON file. Throws PARITY_CHECKPOINT naming the file as `shown`, the path that people know. */
export async function readJson(file: string, shown: string): Promise<unknown> {
  const { size } = await stat(file)
  if (size > longest) throw unusable(shown, `has ${size} bytes, over the limit of ${longest}`, 'Is it the right file?')
  const bytes = await withFile(file, (handle) => readBytes(handle, shown, 0, size))
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch (cause) {
    throw unusable(shown, `is not JSON (${reason(cause)})`, 'Download or save the file again.', cause)
  }
}
