import { join } from 'node:path'
import { packageRoot } from '../package-root.js'
import type { PreparedCase } from '../types.js'
import { filterCases, type Selection } from './filter-cases.js'
import { loadCases } from './load-cases.js'
import { prepareCase } from './prepare-case.js'

export const recordings = join(packageRoot, 'references/recorded')

/** Committed cases that have a model, made ready. */
export async function committedCases(selection: Selection): Promise<PreparedCase[]> {
  const { signal } = new AbortController()
  const prepared: PreparedCase[] = []
  for (const item of filterCases(await loadCases(join(packageRoot, 'cases')), selection))
    if (!('tokenizer' in item)) prepared.push(await prepareCase(item, signal, () => undefined))
  return prepared
}
