import { readdir } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import type { Defect } from '../defect.js'
import { ParityError } from '../errors.js'
import { importFile } from '../import-file.js'
import { packageRoot } from '../package-root.js'
import { parseDefect } from './defect-schema.js'

/** The defects that this package can plant in its own engine. */
export const catalogue = join(packageRoot, 'cases/defects')

const suffix = '.defect.ts'

/** The defect called `id`, with the folders of other checkpoints absolute. @throws ParityError PARITY_USAGE */
export async function findDefect(id: string, root = catalogue): Promise<Defect> {
  const files = await listFiles(root)
  const file = files.find((candidate) => basename(candidate, suffix) === id)
  if (file !== undefined) return loadFile(file)
  const known = files.map((candidate) => basename(candidate, suffix)).sort()
  throw new ParityError('PARITY_USAGE', `there is no defect '${id}'`, `Known defects: ${known.join(', ')}.`)
}

/**
 * Every `*.defect.ts` below `root`, in the order of their ids.
 *
 * @throws ParityError PARITY_CASE naming file and field
 */
export async function loadDefects(root = catalogue): Promise<Defect[]> {
  const defects = await Promise.all((await listFiles(root)).map(loadFile))
  const twice = defects.find(({ id }, i) => defects.findIndex((other) => other.id === id) !== i)
  if (twice !== undefined)
    throw new ParityError('PARITY_CASE', `two defects have the id ${twice.id}`, `They lie below ${root}.`)
  return defects.sort((a, b) => (a.id < b.id ? -1 : 1))
}

async function listFiles(root: string): Promise<string[]> {
  const files = await readdir(root, { recursive: true })
  return files.filter((file) => file.endsWith(suffix)).map((file) => join(root, file))
}

async function loadFile(file: string): Promise<Defect> {
  const hint = 'docs/defects.md shows a whole defect.'
  const parsed = parseDefect(await importFile(file, 'PARITY_CASE', hint))
  if ('why' in parsed) throw new ParityError('PARITY_CASE', `${file}: defect${parsed.field}: ${parsed.why}`, hint)
  const { defect } = parsed
  if (basename(file) !== `${defect.id}${suffix}`)
    throw new ParityError('PARITY_CASE', `${file}: the defect is called ${defect.id}`, 'Name the file after it.')
  const tensors = defect.plant.tensors?.map((edit) =>
    edit.from === undefined ? edit : { ...edit, from: resolve(dirname(file), edit.from) },
  )
  return tensors === undefined ? defect : { ...defect, plant: { ...defect.plant, tensors } }
}
