import { existsSync } from 'node:fs'
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { identify, type Identity } from '../checkpoint/identity.js'
import { readSafetensorsHeader } from '../checkpoint/safetensors.js'
import { writeSafetensors, type TensorToWrite } from '../checkpoint/safetensors-writer.js'
import { ParityError } from '../errors.js'
import type { PreparedCase, Trace } from '../types.js'
import { recordingSchema, type Recording } from './recording.js'
import { readMatrices } from './tensors.js'

/** Whether a case has a recording below `root`. */
export const hasRecording = (root: string, caseId: string): boolean => existsSync(join(root, caseId, 'trace.json'))

/** A recording of a case, with its truth as a trace. */
export interface Recorded {
  readonly recording: Recording
  readonly truth: Trace
}

/**
 * Reads the recording of a case, and refuses one that is not of this checkpoint, these prompts and this many tokens.
 *
 * @throws ParityError PARITY_RECORDING
 */
export async function readRecording(root: string, item: PreparedCase): Promise<Recorded> {
  const folder = join(root, item.id)
  const recording = await readProvenance(root, item.id)
  checkPrompts(recording, item)
  await checkIdentity(recording, item)
  const matrices = await readMatrices(await readSafetensorsHeader(join(folder, 'trace.safetensors')))
  const { generated } = recording
  return { recording, truth: { generated, elapsedMs: 0, peakBytes: null, tensor: (name) => matrices.get(name) } }
}

/** Writes a recording whole or not at all: into a folder beside, which then takes the old one's place. */
export async function writeRecording(
  root: string,
  recording: Recording,
  tensors: Iterable<TensorToWrite>,
): Promise<string> {
  const folder = join(root, recording.case)
  const fresh = `${folder}.${process.pid}.tmp`
  try {
    await mkdir(fresh, { recursive: true })
    await writeSafetensors(join(fresh, 'trace.safetensors'), tensors)
    await writeFile(join(fresh, 'trace.json'), `${JSON.stringify(recording, null, 1)}\n`)
    await rm(folder, { recursive: true, force: true })
    await rename(fresh, folder)
  } finally {
    await rm(fresh, { recursive: true, force: true })
  }
  return folder
}

/** What a recording is of, without its tensors. @throws ParityError PARITY_RECORDING */
export async function readProvenance(root: string, caseId: string): Promise<Recording> {
  const file = join(root, caseId, 'trace.json')
  const parsed = recordingSchema.safeParse(JSON.parse(await readFile(file, 'utf8')))
  if (parsed.success) return parsed.data
  throw new ParityError('PARITY_RECORDING', `${file} is not a recording: ${z.prettifyError(parsed.error)}`, recordAgain)
}

const recordAgain = 'Record the case again: parity record --case ID (needs Python).'

function checkPrompts(recording: Recording, item: PreparedCase): void {
  const same =
    recording.generate === item.generate &&
    recording.prompts.length === item.prompts.length &&
    recording.prompts.every(
      ({ id, tokens }, i) => id === item.prompts[i].id && tokens.join() === item.prompts[i].tokens.join(),
    )
  if (same) return
  throw new ParityError(
    'PARITY_RECORDING',
    `the recording of ${item.id} is of other prompts than the case has now`,
    recordAgain,
  )
}

async function checkIdentity(recording: Recording, item: PreparedCase): Promise<void> {
  const changed = changedFiles(recording, await identify(item.folder))
  if (changed.length === 0) return
  throw new ParityError(
    'PARITY_RECORDING',
    `the recording of ${item.id} is of another checkpoint: ${changed.join(', ')} in ${item.folder} changed since`,
    recordAgain,
  )
}

/** Names of the files that are not what was recorded, come or gone ones included. */
export function changedFiles(recording: Recording, identity: Identity): string[] {
  const files = ({ config, weights }: Identity): Record<string, string> => ({ 'config.json': config, ...weights })
  const [recorded, actual] = [files(recording.checkpoint), files(identity)]
  return Object.keys({ ...recorded, ...actual }).filter((name) => recorded[name] !== actual[name])
}
