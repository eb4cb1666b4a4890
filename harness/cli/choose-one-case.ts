import { filterCases } from '../cases/filter-cases.js'
import type { LoadedCase } from '../cases/load-cases.js'
import { ParityError } from '../errors.js'
import type { Case } from '../types.js'

/** The one case that patterns stand for, which an engine runs. @throws ParityError PARITY_USAGE where it is not one */
export function chooseOneCase(all: readonly LoadedCase[], patterns: readonly string[]): LoadedCase & Case {
  const cases = filterCases(all, { case: patterns })
  const [only] = cases
  if (cases.length === 1 && !('tokenizer' in only)) return only
  throw new ParityError(
    'PARITY_USAGE',
    `--case ${patterns.join(',')} stands for ${cases.length === 1 ? 'a tokenizer' : `${cases.length} cases`}`,
    'Name one case that an engine runs.',
  )
}
