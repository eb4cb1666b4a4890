import { copyFile, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openCheckpoint, type Checkpoint } from '../../../checkpoint/checkpoint.js'
import { readTensor, type TensorInfo } from '../../../checkpoint/safetensors.js'
import { writeSafetensors, type TensorToWrite } from '../../../checkpoint/safetensors-writer.js'
import type { TensorEdit } from '../../../defect.js'
import { ParityError } from '../../../errors.js'
import { changeValues } from './change-values.js'

/** Values of a tensor, row-major, with their shape. */
interface Edited {
  readonly name: string
  readonly shape: readonly number[]
  readonly data: Float32Array
}

/**
 * Writes a copy of a checkpoint, with mistakes in its weights, to a temporary folder, which the caller removes. What is
 * changed is stored in float32, the rest as it is.
 *
 * @throws ParityError PARITY_USAGE for a tensor that is not there
 */
export async function writeEditedCopy(checkpoint: Checkpoint, edits: readonly TensorEdit[]): Promise<string> {
  const edited = new Map<string, Edited>()
  const read = async (name: string) => edited.get(name) ?? readEdited(checkpoint, checkpoint.config.prefix, name)
  for (const edit of edits) {
    for (const name of matchNames(checkpoint, edit)) {
      const { swapWith } = edit
      if (swapWith !== undefined) {
        const [one, other] = [await read(name), await read(swapWith)]
        edited.set(name, { ...one, data: other.data }).set(swapWith, { ...other, data: one.data })
        continue
      }
      const other = edit.from === undefined ? null : await readOther(edit.from, edit.as ?? name)
      const given = hasTensor(checkpoint, name) ? await read(name) : other
      if (given === null) throw noTensor(checkpoint, name)
      edited.set(name, { ...given, name, data: changeValues(given.data, given.shape, edit, other?.data ?? null) })
    }
  }
  return writeCopy(checkpoint, edited)
}

const fullName = (prefix: string, name: string) => (name === 'lm_head.weight' ? name : prefix + name)
const hasTensor = ({ config, tensors }: Checkpoint, name: string) => tensors.has(fullName(config.prefix, name))

function matchNames(checkpoint: Checkpoint, { tensor, from }: TensorEdit): string[] {
  if (!tensor.includes('*')) {
    if (from === undefined && !hasTensor(checkpoint, tensor)) throw noTensor(checkpoint, tensor)
    return [tensor]
  }
  const pattern = new RegExp(`^${tensor.replaceAll('.', '\\.').replaceAll('*', '.*')}$`)
  const { prefix } = checkpoint.config
  const names = [...checkpoint.tensors.keys()]
    .filter((name) => name.startsWith(prefix))
    .map((name) => name.slice(prefix.length))
    .filter((name) => pattern.test(name))
  if (names.length > 0) return names
  throw noTensor(checkpoint, tensor)
}

async function readEdited(checkpoint: Checkpoint, prefix: string, name: string): Promise<Edited> {
  const info = checkpoint.tensors.get(fullName(prefix, name))
  if (info === undefined) throw noTensor(checkpoint, name)
  return { name, shape: info.shape, data: Float32Array.from((await readTensor(info)) as Float32Array) }
}

async function readOther(folder: string, name: string): Promise<Edited> {
  const other = await openCheckpoint(folder)
  return readEdited(other, other.config.prefix, name)
}

async function writeCopy(checkpoint: Checkpoint, edited: ReadonlyMap<string, Edited>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'parity-defect-'))
  try {
    await fillCopy(folder, checkpoint, edited)
    return folder
  } catch (error) {
    await rm(folder, { recursive: true, force: true })
    throw error
  }
}

async function fillCopy(folder: string, checkpoint: Checkpoint, edited: ReadonlyMap<string, Edited>): Promise<void> {
  const { prefix } = checkpoint.config
  const changed = new Map([...edited.values()].map((one) => [fullName(prefix, one.name), one]))
  const tensors: TensorToWrite[] = []
  for (const info of checkpoint.tensors.values()) if (!changed.has(info.name)) tensors.push(await readStored(info))
  for (const [name, { shape, data }] of changed) tensors.push({ name, dtype: 'F32', shape, data })
  await writeSafetensors(join(folder, 'model.safetensors'), tensors)
  for (const file of await readdir(checkpoint.folder))
    if (file === 'config.json') await copyFile(join(checkpoint.folder, file), join(folder, file))
}

async function readStored(info: TensorInfo): Promise<TensorToWrite> {
  return { name: info.name, dtype: info.dtype, shape: info.shape, data: await readTensor(info) }
}

const noTensor = ({ folder }: Checkpoint, name: string) =>
  new ParityError(
    'PARITY_USAGE',
    `a defect cannot be planted: ${folder} has no tensor '${name}'`,
    'Take a case whose checkpoint has it.',
  )
