/**
 * Writes a checkpoint another way, with the same numbers: other layout, dtype, files, names, config fields or head. What is
 * not asked for stays as it is. The same source gives the same bytes on every machine.
 */
import { copyFile, mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Progress, Relayout } from '../../types.js'
import { openCheckpoint, type Checkpoint } from '../checkpoint.js'
import { unusable } from '../unusable.js'
import { findWeightsFiles } from '../weights-files.js'
import { checkResult } from './check-result.js'
import { formatConfig, readConfigDocument } from './config-document.js'
import { findOtherFiles } from './other-files.js'
import { parseShards } from './parse-shards.js'
import { planShards } from './plan-shards.js'
import { planTensors, type TensorsPlan } from './plan-tensors.js'
import { rewriteConfig, wantsWrapper } from './rewrite-config.js'
import { summarise, type RelayoutSummary } from './summary.js'
import { isTowerTensor } from './towers.js'
import { checkDestination, writeWholeFolder } from './whole-folder.js'
import { isWrapped } from './wrap-config.js'
import { writeWeights } from './write-weights.js'

export type { RelayoutSummary } from './summary.js'

export interface RelayoutOptions {
  /** Leave out the vision and audio tensors of a multimodal model. */
  readonly dropTowers?: boolean
  /** Aborted, it leaves nothing behind and throws the signal's reason. */
  readonly signal?: AbortSignal
}

/**
 * Writes the checkpoint in `source` to the folder `destination`, which does not exist or is empty, then opens and checks
 * it. Everything is checked before work starts, and what fails leaves nothing behind. Progress counts bytes of weights.
 * Throws PARITY_USAGE, PARITY_CHECKPOINT or PARITY_LAYOUT.
 */
export async function relayout(
  source: string,
  destination: string,
  wanted: Relayout,
  progress?: Progress,
  { dropTowers = false, signal }: RelayoutOptions = {},
): Promise<RelayoutSummary> {
  const shards = wanted.shards === undefined ? undefined : parseShards(wanted.shards)
  const checkpoint = await openCheckpoint(source)
  const { folder } = checkpoint
  const target = await checkDestination(destination, folder)
  const document = await readConfigDocument(folder)
  const losesTowers = isWrapped(document) && wanted.prefix !== undefined && !wantsWrapper(wanted.prefix)
  if (losesTowers && !dropTowers) checkHasNoTowers(checkpoint)

  const file = join(folder, 'config.json')
  const { config, parsed, notes } = rewriteConfig(document, checkpoint.config, wanted, dropTowers, file)
  const { files } = await findWeightsFiles(folder)
  const homes = new Map([...files].map(([name, path]) => [path, name]))
  const tensors = await planTensors(checkpoint, wanted, dropTowers, homes, signal)
  const weights = planShards(tensors.written, shards)
  const others = await findOtherFiles(folder, files.keys())

  return await writeWholeFolder(target, async (temporary) => {
    await writeWeights(temporary, weights, progress, signal)
    for (const [name, from] of others.copied) {
      await mkdir(dirname(join(temporary, name)), { recursive: true })
      await copyFile(from, join(temporary, name))
    }
    await writeFile(join(temporary, 'config.json'), formatConfig(config))
    const written = await checkResult(temporary, parsed, tensors.written, wanted.layout)
    signal?.throwIfAborted()
    return await summarise(checkpoint, written, target, tensors, [...notes, ...noteTowers(tensors), ...others.notes])
  })
}

function checkHasNoTowers({ folder, tensors }: Checkpoint): void {
  const count = [...tensors.keys()].filter(isTowerTensor).length
  if (count === 0) return
  const what = `has ${count} vision and audio tensors, which a text model has no place for`
  throw unusable(folder, what, 'Keep the multimodal names, or leave the tensors out: --drop-towers.')
}

function noteTowers({ dropped }: TensorsPlan): string[] {
  const count = dropped.filter(isTowerTensor).length
  return count === 0 ? [] : [`left out: ${count} vision and audio tensors`]
}
