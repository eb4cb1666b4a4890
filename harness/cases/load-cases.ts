import { readdir } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { ParityError } from '../errors.js'
import { importFile } from '../import-file.js'
import type { Case, TokenizerCase } from '../types.js'
import { parseCase } from './case-schema.js'

/** A case from a file; its checkpoint is absolute, or on the hub. */
export type LoadedCase = (Case | TokenizerCase) & { readonly file: string }

/**
 * Loads every `*.case.ts`, `.js` and `.json` below `root`, in the order of their ids.
 *
 * @throws ParityError PARITY_CASE naming file and field
 */
export async function loadCases(root: string): Promise<LoadedCase[]> {
  const cases: LoadedCase[] = []
  for (const file of await readdir(root, { recursive: true })) {
    if (/\.case\.(?:m?[jt]s|json)$/.test(file)) cases.push(...(await loadFile(join(root, file))))
  }
  const twice = cases.find(({ id }, i) => cases.findIndex((other) => other.id === id) !== i)
  if (twice !== undefined)
    throw new ParityError('PARITY_CASE', `two cases have the id ${twice.id}`, `One of them is in ${twice.file}.`)
  return cases.sort((a, b) => (a.id < b.id ? -1 : 1))
}

async function loadFile(file: string): Promise<LoadedCase[]> {
  const content = await importFile(
    file,
    'PARITY_CASE',
    'A case file exports a case, or a list of them, as its default.',
  )
  return (Array.isArray(content) ? content : [content]).map((item: unknown) => {
    const parsed = parseCase(item)
    if ('why' in parsed)
      throw new ParityError(
        'PARITY_CASE',
        `${file}: case${parsed.field}: ${parsed.why}`,
        'docs/cases.md shows a whole case.',
      )
    const { checkpoint } = parsed.case
    const place = checkpoint.startsWith('hub:') ? checkpoint : resolve(dirname(file), checkpoint)
    return { ...parsed.case, checkpoint: place, file }
  })
}
