import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Relayout } from '../../types.js'
import { readCheckpoint } from '../checkpoint.js'
import { temporaryFolder } from '../refusal.fixture.js'
import { readTensor, type TensorValues } from '../safetensors.js'
import { writeTinyCheckpoint, type TinyCheckpoint } from '../tiny.fixture.js'
import { relayout, type RelayoutOptions } from './relayout.js'

/** Folder of a new tiny checkpoint. */
export async function tiny(options: TinyCheckpoint = {}): Promise<string> {
  const folder = await temporaryFolder()
  await writeTinyCheckpoint(folder, options)
  return folder
}

/** Folder of `source`, written another way. */
export async function rewritten(source: string, wanted: Relayout, options?: RelayoutOptions): Promise<string> {
  const folder = join(await temporaryFolder(), 'out')
  await relayout(source, folder, wanted, undefined, options)
  return folder
}

/** Every tensor's values by full name. */
export async function valuesOf(folder: string): Promise<Map<string, TensorValues>> {
  const { tensors } = await readCheckpoint(folder)
  return new Map(await Promise.all([...tensors].map(async ([name, info]) => [name, await readTensor(info)] as const)))
}

/** SHA-256 of every file by name. */
export async function hashesOf(folder: string): Promise<Record<string, string>> {
  const names = (await readdir(folder)).sort()
  const hash = async (name: string) =>
    createHash('sha256')
      .update(await readFile(join(folder, name)))
      .digest('hex')
  return Object.fromEntries(await Promise.all(names.map(async (name) => [name, await hash(name)] as const)))
}

export const configText = (folder: string): Promise<string> => readFile(join(folder, 'config.json'), 'utf8')

export const configOf = async (folder: string): Promise<Record<string, unknown>> =>
  JSON.parse(await configText(folder)) as Record<string, unknown>
