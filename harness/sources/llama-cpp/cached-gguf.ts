import { createHash, randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { cacheFolder } from '../../cache-folder.js'
import { identify } from '../../checkpoint/identity.js'
import { withFileLock } from '../../file-lock.js'
import { findPins, listPinned } from '../python/pins.js'
import type { PythonPackage } from '../python/python-package.js'
import { convert, converterPackage, quantise } from './convert.js'
import { convertedTypes, type LlamaDtype } from './types.js'

/** Counts up when the same wish gives other bytes. */
const formatVersion = 1

/** What quantises a file: llama.cpp's library, of a release. */
export interface Quantiser {
  library(): string
  readonly release: string
}

/**
 * The GGUF of a checkpoint in a dtype, made at the first call and kept in the cache folder; one process makes it at a
 * time. A converter of the user's own may be another at each call, so that its file is made anew. @throws WorkerFault
 * where the converter refuses the checkpoint, dies or cannot be started
 */
export async function cachedGguf(
  checkpoint: string,
  dtype: LlamaDtype,
  quantiser: Quantiser,
  signal: AbortSignal,
  converter = converterPackage,
): Promise<string> {
  const type = convertedTypes[dtype]
  const made = await locate(converter, checkpoint, dtype, type === undefined ? quantiser.release : null)
  const isLasting = (process.env[converter.variable] ?? '') === ''
  if (isLasting && existsSync(made)) return made
  await mkdir(join(cacheFolder(), 'gguf'), { recursive: true })
  const whole = type === undefined ? await cachedGguf(checkpoint, 'float32', quantiser, signal, converter) : null
  return withFileLock(made, signal, async () => {
    if (isLasting && existsSync(made)) return made
    await removeUnfinished(made)
    const unfinished = `${made}.${randomUUID()}.part`
    try {
      if (whole !== null) await quantise(whole, dtype, unfinished, quantiser.library(), signal)
      else await convert(converter, checkpoint, type ?? dtype, unfinished, signal)
      await rename(unfinished, made)
    } finally {
      await rm(unfinished, { force: true })
    }
    return made
  })
}

/** Removes what conversions to a file left behind that were interrupted; none runs while its lock is held. */
async function removeUnfinished(made: string): Promise<void> {
  const folder = dirname(made)
  const left = (await readdir(folder)).filter((name) => name.startsWith(`${basename(made)}.`) && name.includes('.part'))
  for (const name of left) await rm(join(folder, name), { recursive: true, force: true })
}

/** Named after all that decides on its bytes: the weights and their config, the converter's pins, and the type. */
async function locate(
  converter: PythonPackage,
  checkpoint: string,
  dtype: string,
  release: string | null,
): Promise<string> {
  const [newest] = await listPinned(converter)
  const pins = findPins(converter, newest)
  const parts = [
    formatVersion,
    await identify(checkpoint),
    pins === null ? null : await readFile(pins, 'utf8'),
    process.env[converter.variable] ?? null,
    dtype,
    release,
  ]
  const key = createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32)
  return join(cacheFolder(), 'gguf', `${key}.gguf`)
}
