import { stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { ParityError } from '../errors.js'
import { parseGemma4Config, type Gemma4Config } from './config.js'
import { findContainedFile } from './contained-file.js'
import { weightDtypes } from './dtype.js'
import { findPrefix } from './find-prefix.js'
import { readJson } from './json-file.js'
import { describeLayout } from './describe-layout.js'
import { checkLayout, expectedTensors, type Layout } from './layout.js'
import { readWeights } from './read-weights.js'
import type { TensorInfo } from './safetensors.js'
import { unusable } from './unusable.js'
import { findWeightsFiles } from './weights-files.js'

/** A folder in Hugging Face layout with a Gemma 4 model. */
export interface Checkpoint {
  /** Absolute path. */
  readonly folder: string
  readonly config: Gemma4Config
  /** By full name, unused ones included. */
  readonly tensors: ReadonlyMap<string, TensorInfo>
  readonly layout: Layout
  /** By name without prefix: `layers.3.self_attn.q_proj.weight`, `lm_head.weight`. Throws PARITY_LAYOUT. */
  readonly tensor: (name: string) => TensorInfo
}

/**
 * Reads config and headers, no weights. Throws PARITY_CHECKPOINT for files or a config that cannot be used; what is
 * wrong with the layout is in the result.
 */
export async function readCheckpoint(folder: string): Promise<Checkpoint> {
  return (await read(folder)).checkpoint
}

/** `readCheckpoint`, and PARITY_LAYOUT unless the tensors are exactly those that the config needs, all names listed. */
export async function openCheckpoint(folder: string): Promise<Checkpoint> {
  const { checkpoint, listing } = await read(folder)
  if (checkpoint.layout.ok) return checkpoint
  const hint = 'Compare config.json with the weights: `parity inspect` shows both. Are they of one model and complete?'
  throw new ParityError('PARITY_LAYOUT', describeLayout(checkpoint.layout, checkpoint.tensors, listing), hint)
}

async function read(path: string): Promise<{ checkpoint: Checkpoint; listing: string }> {
  const folder = resolve(path)
  const configured = await readConfig(folder)
  const weights = await findWeightsFiles(folder)
  const tensors = await readWeights(weights)
  const config: Gemma4Config = {
    ...configured,
    prefix: findPrefix(tensors.keys(), configured.prefix),
    // Where a head is stored, transformers uses it, tied or not: it ties the two only if they are equal.
    tied: configured.tied && !tensors.has('lm_head.weight'),
  }
  checkDtypes(config, tensors)

  const tensor = (name: string): TensorInfo => {
    const full = name === 'lm_head.weight' ? name : config.prefix + name
    const info = tensors.get(full)
    if (info) return info
    const hint = 'The file is not what the config says: see `parity inspect`.'
    throw new ParityError('PARITY_LAYOUT', `${weights.listing}: there is no tensor '${full}'`, hint)
  }
  return {
    checkpoint: { folder, config, tensors, layout: checkLayout(config, tensors), tensor },
    listing: weights.listing,
  }
}

async function readConfig(folder: string): Promise<Gemma4Config> {
  const found = await stat(folder).catch(() => undefined)
  if (!found?.isDirectory()) {
    throw unusable(folder, found ? 'is not a folder' : 'does not exist', 'Name the folder that has config.json in it.')
  }
  const shown = join(folder, 'config.json')
  const file = await findContainedFile(folder, 'config.json')
  if (file === undefined) throw unusable(shown, 'is missing', 'Name a folder saved by save_pretrained().')
  return parseGemma4Config(await readJson(file, shown), shown)
}

function checkDtypes(config: Gemma4Config, tensors: ReadonlyMap<string, TensorInfo>): void {
  for (const { name } of expectedTensors(config)) {
    const info = tensors.get(name)
    if (info === undefined || weightDtypes.includes(info.dtype)) continue
    const readable = weightDtypes.join(', ')
    throw unusable(
      info.file,
      `tensor '${name}' has dtype ${info.dtype}; weights must be ${readable}`,
      `Save it as one of ${readable}.`,
    )
  }
}
