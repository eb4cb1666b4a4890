import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { parseCase } from '../cases/case-schema.js'
import { filterCases, type Selection } from '../cases/filter-cases.js'
import { loadCases, type LoadedCase } from '../cases/load-cases.js'
import { ParityError } from '../errors.js'
import type { Case, TokenizerCase } from '../types.js'

/**
 * The selected cases of folders, and cases that are given as such, which need no selection.
 *
 * @throws ParityError PARITY_CASE for a case that is wrong or there twice, PARITY_CONFIG for a folder that is not there,
 * PARITY_USAGE where the selection leaves nothing of the folders
 */
export async function chooseTestCases(
  places: readonly (string | Case | TokenizerCase)[],
  selection: Selection,
): Promise<LoadedCase[]> {
  const folders = places.filter((place) => typeof place === 'string')
  const given = places.filter((place) => typeof place !== 'string').map(loadGiven)
  const found = (await Promise.all(folders.map(loadFolder))).flat()
  const cases = [...(folders.length === 0 ? [] : filterCases(found, selection)), ...given]
  const twice = cases.find(({ id }, i) => cases.findIndex((other) => other.id === id) !== i)
  if (twice !== undefined)
    throw new ParityError('PARITY_CASE', `two cases have the id ${twice.id}`, `One of them is in ${twice.file}.`)
  return cases
}

async function loadFolder(folder: string): Promise<LoadedCase[]> {
  if (existsSync(folder)) return loadCases(resolve(folder))
  throw new ParityError('PARITY_CONFIG', `there is no folder ${folder}`, 'It is relative to the current folder.')
}

function loadGiven(item: Case | TokenizerCase): LoadedCase {
  const parsed = parseCase(item)
  if ('why' in parsed)
    throw new ParityError(
      'PARITY_CASE',
      `case${parsed.field} of ${item.id}: ${parsed.why}`,
      'docs/cases.md shows a whole case.',
    )
  const { checkpoint } = parsed.case
  const place = checkpoint.startsWith('hub:') ? checkpoint : resolve(checkpoint)
  return { ...parsed.case, checkpoint: place, file: 'the test' }
}
